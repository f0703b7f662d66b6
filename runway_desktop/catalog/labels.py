"""Labels and help texts of endpoints, models and fields, in their display order.

Facts are in `catalog.json`. A name without a label is shown in its wire form, so that a newer catalog works before its
labels are written. Pure; any thread.
"""

from __future__ import annotations

import re

from runway_desktop.texts import FieldWords, Text, setting, verbatim

ENDPOINT_LABELS = {
    "image_to_video": Text("Image → video"),
    "text_to_video": Text("Text → video"),
    "text_to_image": Text("Text → image"),
    "video_to_video": Text("Video → video"),
    "character_performance": Text("Character performance"),
    "avatar_videos": Text("Avatar video"),
    "text_to_speech": Text("Text → speech"),
    "sound_effect": Text("Sound effect"),
    "image_upscale": Text("Image upscale"),
    "video_upscale": Text("Video upscale"),
    "video_to_audio": Text("Video → audio"),
    "video_to_hdr": Text("Video → HDR"),
    "speech_to_speech": Text("Speech → speech"),
    "voice_dubbing": Text("Voice dubbing"),
    "voice_isolation": Text("Voice isolation"),
    "product_ad": Text("Product ad"),
    "product_ugc": Text("Product UGC"),
    "product_swap": Text("Product swap"),
    "multi_shot_video": Text("Multi-shot video"),
    "product_campaign_image": Text("Product campaign"),
    "marketing_stock_image": Text("Marketing stock image"),
    "ad_localization": Text("Ad localization"),
    "generate_video": Text("Automatic video"),
    "generate_image": Text("Automatic image"),
    "generate_audio": Text("Automatic audio"),
    "workflow": Text("Workflow"),
}

# The settings shown as chips next to the prompt, in this order; the others are one click away.
MAIN_FIELDS = (
    "mode",
    "type",
    "voice",
    "targetLang",
    "targetLanguage",
    "ratio",
    "aspectRatio",
    "resolution",
    "targetFramerate",
    "scaleFactor",
    "flavor",
    "duration",
    "quality",
    "outputCount",
    "numVariants",
    "audio",
    "seed",
)

# Groups of settings in the form, with headings, in this order. Settings without a group come last.
FIELD_GROUPS = {
    Text("Speaker", context="settings"): ("avatar", "speech"),
    Text("Guidance", context="settings"): (
        "providerSettings", "keyframes", "negativePrompt", "cfgScale", "promptExpansionMode", "thinkingLevel",
        "grounding", "edit", "preciseEdit", "targetAspectRatio", "loop",
    ),
    Text("Performance", context="settings"): ("bodyControl", "expressionIntensity"),
    Text("Voice", context="settings"): (
        "languageCode", "applyTextNormalization", "speed", "speechRate", "pitchRate", "loudnessRate", "stability",
        "similarityBoost", "style", "useSpeakerBoost", "removeBackgroundNoise",
    ),
    Text("Context", context="settings"): ("previousText", "nextText"),
    Text("Speakers", context="settings"): (
        "numSpeakers", "disableVoiceCloning", "dropBackgroundAudio", "preserveSpeech",
    ),
    Text("Detail", context="settings"): ("creativity", "sharpen", "smartGrain", "ultraDetail", "fpsBoost"),
    Text("Color", context="settings"): ("background", "backgroundColor", "colors"),
    Text("File", context="settings"): ("outputFormat", "proresProfile", "format", "sampleRate", "draft", "draftTaskId"),
    Text("Moderation", context="settings"): ("contentModeration",),
}  # fmt: skip

UNITS = {
    "duration": "s",
    "seconds": "s",
    "start_seconds": "s",
    "end_seconds": "s",
    "sampleRate": "Hz",
    "targetFramerate": "fps",
    "pitchRate": "semitones",
    "scaleFactor": "×",
}

# Minimum of numbers for which the SDK states none.
LEAST = {"duration": 1, "outputCount": 1, "numVariants": 1, "numSpeakers": 1}

MODEL_LABELS = {
    "act_two": "Act-Two",
    "aleph2": "Aleph 2",
    "bria_fibo_1_5": "Bria Fibo 1.5",
    "bria_fibo_edit_1_5": "Bria Fibo Edit 1.5",
    "eleven_multilingual_sts_v2": "ElevenLabs Speech to Speech v2",
    "eleven_multilingual_v2": "ElevenLabs Multilingual v2",
    "eleven_text_to_sound_v2": "ElevenLabs Sound Effects v2",
    "eleven_v3": "ElevenLabs v3",
    "eleven_v4": "ElevenLabs v4",
    "eleven_voice_dubbing": "ElevenLabs Dubbing",
    "eleven_voice_isolation": "ElevenLabs Voice Isolation",
    "enhance_frame_rate": "Frame rate",
    "gemini_2.5_flash": "Gemini 2.5 Flash",
    "gemini_image3.1_flash": "Gemini 3.1 Flash Image",
    "gemini_image3.1_flash_lite": "Gemini 3.1 Flash Lite Image",
    "gemini_image3_pro": "Gemini 3 Pro Image",
    "gemini_omni_flash": "Gemini Omni Flash",
    "gemini_omni_flash_1.1": "Gemini Omni Flash 1.1",
    "gen4.5": "Gen-4.5",
    "gen4_image": "Gen-4 Image",
    "gen4_image_turbo": "Gen-4 Image Turbo",
    "gen4_turbo": "Gen-4 Turbo",
    "gpt_image_2": "GPT Image 2",
    "gpt_image_2_5_flare": "GPT Image 2.5 Flare",
    "gpt_image_2_5_sunburst": "GPT Image 2.5 Sunburst",
    "grok_imagine_1_5": "Grok Imagine 1.5",
    "grok_imagine_1_5_lite": "Grok Imagine 1.5 Lite",
    "grok_imagine_image_2": "Grok Imagine Image 2",
    "gwm1_avatars": "GWM-1 Avatars",
    "h3_max": "MiniMax H3 Max",
    "hailuo3": "Hailuo 3",
    "happyhorse_1_0": "HappyHorse 1.0",
    "ideogram_4_0": "Ideogram 4.0",
    "ideogram_4_5": "Ideogram 4.5",
    "kling2.5_turbo_pro": "Kling 2.5 Turbo Pro",
    "kling3.0_4k": "Kling 3.0 4K",
    "kling3.0_pro": "Kling 3.0 Pro",
    "kling3.0_standard": "Kling 3.0 Standard",
    "klingO3_4k": "Kling O3 4K",
    "klingO3_pro": "Kling O3 Pro",
    "klingO3_standard": "Kling O3 Standard",
    "kling_4": "Kling 4",
    "magnific_precision_upscaler_v2": "Magnific Precision v2",
    "magnific_video_upscaler_creative": "Magnific Creative",
    "mirelo_sfx_2_0": "Mirelo SFX 2.0",
    "muse_image": "Muse Image",
    "nano_banana_2.1": "Nano Banana 2.1",
    "recraft_v4_1_flash": "Recraft v4.1 Flash",
    "recraft_v4_1_vector": "Recraft v4.1 Vector",
    "ruby": "Ruby",
    "seed_audio": "Seed Audio",
    "seedance2": "Seedance 2",
    "seedance2_5": "Seedance 2.5",
    "seedance2_fast": "Seedance 2 Fast",
    "seedance2_mini": "Seedance 2 Mini",
    "seedream5_flash": "Seedream 5 Flash",
    "seedream5_lite": "Seedream 5 Lite",
    "seedream5_pro": "Seedream 5 Pro",
    "veo3.1": "Veo 3.1",
    "veo3.1_fast": "Veo 3.1 Fast",
    "wan3": "Wan 3",
    "wan3_prime": "Wan 3 Prime",
    # Only in Runway's usage report.
    "eleven_scribe_v2": "ElevenLabs Scribe v2",
    "gen3a_turbo": "Gen-3 Alpha Turbo",
    "gen4_aleph": "Gen-4 Aleph",
    "gwm1_avatar_async_audio_to_video": "GWM-1 Avatars, recording",
    "gwm1_avatar_async_text_to_video": "GWM-1 Avatars, script",
    "veo3": "Veo 3",
}

VARIANT_LABELS = {
    ("avatar", "runway-preset"): Text("A preset avatar"),
    ("avatar", "custom"): Text("Your avatar"),
    ("speech", "audio"): Text("From a recording"),
    ("speech", "text"): Text("From a script"),
    ("voice", "runway-preset"): Text("A preset voice"),
    ("voice", "preset"): Text("A preset voice"),
    ("voice", "custom"): Text("Your voice"),
    ("keyframes", "seconds"): Text("At a time"),
    ("keyframes", "at"): Text("At a point in the clip"),
}

# Choices whose wire form is not clear enough. Those under "" are for any field.
CHOICE_LABELS: dict[str, dict[str, Text | str]] = {
    "": {
        "auto": Text("Automatic"),
        "auto_480p": Text("Automatic, 480p"),
        "auto_720p": Text("Automatic, 720p"),
        "auto_1080p": Text("Automatic, 1080p"),
        "auto_1k": Text("Automatic, 1K"),
        "auto_2k": Text("Automatic, 2K"),
        "adaptive": Text("Like the input"),
    },
    "targetLang": {
        "ar": Text("Arabic", context="language"),
        "bg": Text("Bulgarian", context="language"),
        "cs": Text("Czech", context="language"),
        "da": Text("Danish", context="language"),
        "de": Text("German", context="language"),
        "el": Text("Greek", context="language"),
        "en": Text("English", context="language"),
        "es": Text("Spanish", context="language"),
        "fi": Text("Finnish", context="language"),
        "fil": Text("Filipino", context="language"),
        "fr": Text("French", context="language"),
        "hi": Text("Hindi", context="language"),
        "hr": Text("Croatian", context="language"),
        "id": Text("Indonesian", context="language"),
        "it": Text("Italian", context="language"),
        "ja": Text("Japanese", context="language"),
        "ko": Text("Korean", context="language"),
        "ms": Text("Malay", context="language"),
        "nl": Text("Dutch", context="language"),
        "pl": Text("Polish", context="language"),
        "pt": Text("Portuguese", context="language"),
        "ro": Text("Romanian", context="language"),
        "ru": Text("Russian", context="language"),
        "sk": Text("Slovak", context="language"),
        "sv": Text("Swedish", context="language"),
        "ta": Text("Tamil", context="language"),
        "th": Text("Thai", context="language"),
        "tr": Text("Turkish", context="language"),
        "uk": Text("Ukrainian", context="language"),
        "vi": Text("Vietnamese", context="language"),
        "zh": Text("Chinese", context="language"),
        "zh-Hant": Text("Chinese (traditional)", context="language"),
    },
    "targetFramerate": {"23_98": "23.98", "29_97": "29.97", "59_94": "59.94"},
    "outputFormat": {
        "mp4": "MP4",
        "mov": "MOV",
        "prores": "ProRes (MOV)",
        "png_sequence": Text("PNG frames (ZIP)"),
        "sdr_rec709_10bit": Text("10-bit Rec. 709 (MP4)"),
        "hdr10": "HDR10 (MP4)",
        "hlg": "HLG (MP4)",
        "hdr_pq_12bit_master": Text("12-bit PQ master (MOV)"),
        "hdr_prores": "HDR ProRes (MOV)",
        "hdr_png_sequence": Text("HDR PNG frames (ZIP)"),
        "hdr_exr_sequence": Text("EXR frames (ZIP)"),
        "hdr_exr_acescg_sequence_1_3": Text("EXR frames, ACEScg 1.3 (ZIP)"),
        "hdr_exr_acescg_sequence_2_0": Text("EXR frames, ACEScg 2.0 (ZIP)"),
        "png": "PNG",
        "jpeg": "JPEG",
        "webp": "WebP",
        "wav": "WAV",
        "mp3": "MP3",
        "ogg_opus": "Opus (OGG)",
    },
    "format": {"mp3": "MP3", "wav": "WAV", "flac": "FLAC"},
    "mode": {"auto": Text("Runway"), "custom": Text("You")},
    "type": {"speech": Text("Speech"), "audio": Text("Sound", context="kind")},
    "shotType": {"intelligence": Text("The model decides"), "customize": Text("Set below")},
}

CHOICE_LABELS["targetLanguage"] = CHOICE_LABELS["targetLang"]

# Exceptions for one endpoint, where the general text would be wrong.
_IN_ENDPOINT = {
    ("text_to_speech", "promptText"): setting("Text", "The words to speak."),
    ("sound_effect", "promptText"): setting("Prompt", "Describe the sound."),
    ("video_to_audio", "promptText"): setting("Prompt", "Describe the sound for the clip."),
    ("video_to_audio", "duration"): setting("Duration", "How long the sound lasts, in seconds."),
    ("sound_effect", "duration"): setting("Duration", "How long the sound lasts, in seconds."),
    ("text_to_image", "ratio"): setting("Size", "Width and height of the picture in pixels."),
    ("avatar_videos", "audio"): setting("Recording", "The recording that the avatar speaks."),
    ("avatar_videos", "voice"): setting("Voice", "Who speaks the script, instead of the avatar's own voice."),
    ("voice_isolation", "audioUri"): setting("Recording", "The recording to isolate the voice from."),
    ("ad_localization", "referenceImage"): setting("Ad", "The picture of the ad to translate."),
    ("marketing_stock_image", "prompt"): setting("Prompt", "Subject, audience, channel, mood and setting."),
    ("marketing_stock_image", "referenceImage"): setting("Logo", "A logo to use in the pictures."),
    ("multi_shot_video", "mode"): setting("Shots by", "Runway makes five shots of the prompt, or you write each."),
    ("multi_shot_video", "shots"): setting("Shots", "Each has a prompt and a length. Together they last the duration."),
    ("product_campaign_image", "prompt"): setting("Prompt", "The style of the campaign."),
    ("product_campaign_image", "image"): setting("Product", "A picture of the product. It stays as it is."),
    ("product_swap", "referenceVideo"): setting("Clip", "The clip that shows the product to replace."),
    ("voice_dubbing", "audioUri"): setting("Recording", "The recording to dub."),
    ("generate_audio", "promptText"): setting("Prompt", "The words to speak, or a description of the sound."),
    ("generate_audio", "duration"): setting("Duration", "How long the sound lasts, in seconds. Not for speech."),
    ("generate_image", "seed"): setting(
        "Seed", "The same seed and settings give a similar result. Leaves only Gen-4 Image and Gen-4 Image Turbo."
    ),
    ("video_to_video", "keyframes"): setting("Keyframes", "Pictures that guide the clip at given moments."),
}

FIELD_WORDS = {
    "aspectRatio": setting("Ratio", "Width to height of the result."),
    "applyTextNormalization": setting("Spell out", "Reads numbers and symbols as words."),
    "at": setting("Position", "Where in the clip the picture applies, from 0 (start) to 1 (end)."),
    "audio": setting("Sound", "Creates the clip with sound."),
    "audioUri": setting("Recording", "The sound to work from."),
    "avatar": setting("Avatar", "Who is seen speaking."),
    "avatarId": setting("Avatar ID", "The ID of an avatar that you made on Runway."),
    "background": setting("Background", "Keep the background or cut the subject out."),
    "backgroundColor": setting("Background color", "The background color, such as #1A2B3C."),
    "bodyControl": setting("Body control", "Also transfers gestures and body movement."),
    "cfgScale": setting("Prompt strength", "How closely to follow the prompt, from 0 (loosely) to 1 (strictly)."),
    "characterImage": setting("Character", "A picture of the person who presents the product."),
    "character": setting("Character", "A picture or clip of the face to animate."),
    "colors": setting("Colors", "Colors to prefer, each such as #1A2B3C."),
    "contentModeration": setting("Moderation", "How strict moderation is."),
    "creativity": setting("Creativity", "How much new detail to invent. 0 stays faithful."),
    "disableVoiceCloning": setting("Neutral voice", "Uses a standard voice instead of copying the speaker's."),
    "draft": setting("Draft", "Creates a low-cost preview that you can finish later."),
    "draftTaskId": setting("Draft to finish", "The ID of the draft to finish. No other settings are sent."),
    "dropBackgroundAudio": setting("Drop background", "Removes music and noise behind the voices."),
    "duration": setting("Duration", "How long the result lasts, in seconds."),
    "edit": setting("Edit reference", "Edits the reference picture itself instead of using it as a guide."),
    "end_seconds": setting("End", "Where the change ends, in whole seconds. This second isn't changed."),
    "expressionIntensity": setting("Expression", "How strongly the face moves."),
    "firstFrame": setting("First frame", "The picture that the clip starts from."),
    "flavor": setting("Style", "The kind of picture to enlarge."),
    "format": setting("File format", "Format of the sound file."),
    "fpsBoost": setting("More frames", "Raises the frame rate as well."),
    "grounding": setting("Web search", "Lets the model search the web first."),
    "id": setting("Voice ID", "The ID of a voice that you made on Runway."),
    "image": setting("Picture", "The picture to use."),
    "imageUri": setting("Picture", "The picture to enlarge."),
    "keepOriginalSound": setting("Keep sound", "Keeps the sound of the clip that is edited."),
    "keyframes": setting("Keyframes", "Pictures that guide the result at given moments."),
    "languageCode": setting("Language", "A language code such as en or pt, for pronunciation."),
    "loop": setting("Loop", "Creates a seamless loop."),
    "loudnessRate": setting("Loudness", "Below 0 is quieter, above 0 louder."),
    "maskUri": setting("Mask", "A picture that marks the part to change."),
    "media": setting("Recording", "A sound or clip with the speech to change."),
    "mode": setting("Mode", "Use the clip as a guide, extend it, or edit it."),
    "multiPrompt": setting("Shots", "A prompt and a length for each shot."),
    "negativePrompt": setting("Avoid", "What the result should not contain."),
    "newProductImages": setting("New product", "Pictures of the new product, from several sides if the clip needs it."),
    "nextText": setting("Text after", "The text that follows, for a natural ending."),
    "numSpeakers": setting("Number of speakers", "How many people speak. Leave it empty to detect them."),
    "numVariants": setting("Number of variants", "How many versions to make."),
    "originalProductImage": setting("Old product", "A picture of the product to replace."),
    "outputCount": setting("Number of pictures", "How many pictures to make. Each one costs credits."),
    "outputFormat": setting("File format", "Format of the file. Some formats cost more."),
    "pitchRate": setting("Pitch", "Below 0 is lower, above 0 higher, in semitones."),
    "preciseEdit": setting("Precise edit", "Edits the first reference and keeps its composition and size."),
    "preserveSpeech": setting("Keep speech", "Keeps the words that are spoken in the clip."),
    "presetId": setting("Preset", "One of Runway's presets."),
    "previousText": setting("Text before", "The text that comes before, for a natural start."),
    "productImage": setting("Product", "A picture of the product."),
    "productImages": setting("Product", "Pictures of the product. The first one matters most."),
    "productInfo": setting("Product facts", "What the product is, and what to show of it."),
    "prompt": setting("Prompt", "What happens in this shot."),
    "promptExpansionMode": setting("Rewrite prompt", "How much the model may rewrite the prompt."),
    "promptImage": setting("Picture", "The picture that the clip starts from."),
    "promptText": setting("Prompt", "Describe what you want to see."),
    "promptVideo": setting("Clip", "The clip to work from."),
    "proresProfile": setting("ProRes profile", "The quality of a ProRes file."),
    "providerSettings": setting("Shots and more", "Several shots in one clip, and more settings of this model."),
    "publicFigureThreshold": setting("Public figures", "Low is less strict about public figures."),
    "quality": setting("Quality", "Higher quality costs more."),
    "range": setting("Window", "Limits the edit to part of the clip."),
    "ratio": setting("Ratio", "Width and height of the result in pixels."),
    "reference": setting("Performance", "A clip of the performance to transfer."),
    "referenceAudio": setting("Reference sound", "Reference sounds for the model."),
    "referenceImage": setting("Reference picture", "A picture that guides the result."),
    "referenceAudios": setting("Reference sound", "Sounds that the prompt can name as @Audio1, @Audio2, @Audio3."),
    "referenceImages": setting("Reference pictures", "Reference pictures for the model."),
    "referenceVideo": setting("Clip", "The clip to work from."),
    "referenceVideos": setting("Reference clips", "Reference clips for the model."),
    "references": setting("Reference pictures", "Pictures of people, things or styles to use."),
    "removeBackgroundNoise": setting("Remove noise", "Removes background noise."),
    "resolution": setting("Resolution", "Resolution of the result."),
    "sampleRate": setting("Sample rate", "Sample rate of the sound, in hertz."),
    "scaleFactor": setting("Enlarge", "How many times longer each side gets."),
    "seconds": setting("Time", "When in the clip the picture applies, in seconds."),
    "seed": setting("Seed", "The same seed and settings give a similar result."),
    "sharpen": setting("Sharpen", "How much to sharpen edges."),
    "shotType": setting("Shot changes", "Who sets the shots: you or the model."),
    "shots": setting("Shots", "A prompt and a length for each shot."),
    "similarityBoost": setting("Similarity", "How closely the voice matches the speaker."),
    "smartGrain": setting("Grain", "How much grain and texture to add."),
    "speech": setting("Speech", "What the avatar says: a recording or a script."),
    "speechRate": setting("Speaking speed", "Below 0 is slower, above 0 faster."),
    "speed": setting("Speaking speed", "1 is normal, less is slower."),
    "stability": setting("Stability", "Low is more emotional, high is steadier."),
    "start_seconds": setting("Start", "Where the change begins, in whole seconds."),
    "styleImages": setting("Style", "Pictures whose light, colors and mood to use."),
    "style": setting("Style strength", "How strongly the speaker's style is exaggerated."),
    "subject": setting("Subject", "Whether the picture shows a person or a thing."),
    "tag": setting("Tag", "A name for this picture, to use in the prompt."),
    "targetAspectRatio": setting("Expand to", "A new aspect ratio. The model fills in the new areas."),
    "targetFramerate": setting("Frame rate", "Frames a second of the result."),
    "targetLang": setting("Language", "The language to dub into."),
    "targetLanguage": setting("Language", "The language to translate into."),
    "text": setting("Script", "The words that the avatar says."),
    "thinkingLevel": setting("Thinking", "How long the model thinks before it starts."),
    "ultraDetail": setting("Fine detail", "How much fine detail to add."),
    "type": setting("Kind", "Speech says the prompt. Sound is what the prompt describes."),
    "uri": setting("Picture", "The picture to use."),
    "userConcept": setting("Concept", "Scene, light, camera, voice of the brand, or the words to speak."),
    "useSpeakerBoost": setting("Speaker boost", "Makes the voice sound more like the speaker. A little slower."),
    "view": setting("View", "The side of the product that the picture shows."),
    "videoUri": setting("Clip", "The clip to work from."),
    "voice": setting("Voice", "Who speaks."),
}


LEARNED: dict[str, str] = {}
"""Labels of models that are known at run time alone, by their ids, and of nodes of workflows: `Catalog.learn`."""


def endpoint_label(name: str) -> str:
    return str(endpoint_text(name))


def endpoint_text(name: str) -> Text:
    return ENDPOINT_LABELS.get(name) or _from_wire(name)


def model_label(model: str) -> str:
    # A recipe is its own model.
    return MODEL_LABELS.get(model) or LEARNED.get(model) or str(endpoint_text(model))


def node_label(version: str, node: str) -> str:
    """The name of a node of a workflow; empty if it is not known."""
    return LEARNED.get(f"{version}/{node}", "")


def field_words(name: str, endpoint: str = "") -> FieldWords:
    """Label and one sentence of help for a field; for an unknown one, its wire name and no help."""
    return _IN_ENDPOINT.get((endpoint, name)) or FIELD_WORDS.get(name) or FieldWords(_from_wire(name), Text(""))


def group_label(field: str) -> str:
    """The heading of a field's group in the form."""
    return str(next((group for group, names in FIELD_GROUPS.items() if field in names), _OTHER_SETTINGS))


_OTHER_SETTINGS = Text("Other settings")


def variant_text(field: str, tag: str) -> Text:
    return VARIANT_LABELS.get((field, tag)) or _from_wire(tag)


def choice_label(field: str, choice: str | int | float) -> str:
    """A choice for people: "de" of a language is "German"; without a label, its wire form with blanks."""
    words = CHOICE_LABELS.get(field, {}).get(str(choice)) or CHOICE_LABELS[""].get(str(choice))
    if field == "presetId" and not words:
        # Names of voices and avatars: "cooking-teacher" becomes "Cooking teacher".
        name = str(choice).replace("-", " ").replace("_", " ")
        return name[:1].upper() + name[1:]
    return str(words or str(choice).replace("_", " "))


def unit_label(unit: str) -> str:
    return str(_UNIT_LABELS.get(unit, unit))


_UNIT_LABELS = {
    "s": Text("s", context="seconds"),
    # Translators: frames per second.
    "fps": Text("fps"),
    "semitones": Text("semitones"),
}


def _from_wire(name: str) -> Text:
    """A readable form of a name without a label: "newThing_2" becomes "New thing 2"."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.replace("_", " ").replace("-", " ")).lower()
    return verbatim(words[:1].upper() + words[1:])
