"""Labels and help texts of endpoints, models and fields, in their display order.

Facts are in `catalog.json`. A name without a label is shown in its wire form, so that a newer catalog works before its
labels are written. Pure; any thread.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class FieldWords(NamedTuple):
    label: str
    help: str


ENDPOINT_LABELS = {
    "image_to_video": "Image → video",
    "text_to_video": "Text → video",
    "text_to_image": "Text → image",
    "video_to_video": "Video → video",
    "character_performance": "Character performance",
    "avatar_videos": "Avatar video",
    "text_to_speech": "Text → speech",
    "sound_effect": "Sound effect",
    "image_upscale": "Image upscale",
    "video_upscale": "Video upscale",
    "video_to_audio": "Video → audio",
    "video_to_hdr": "Video → HDR",
    "speech_to_speech": "Speech → speech",
    "voice_dubbing": "Voice dubbing",
    "voice_isolation": "Voice isolation",
}

# The settings shown as chips next to the prompt, in this order; the others are one click away.
MAIN_FIELDS = (
    "mode",
    "voice",
    "targetLang",
    "ratio",
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
    "Who speaks": ("avatar", "speech"),
    "Guidance": (
        "providerSettings", "keyframes", "negativePrompt", "cfgScale", "promptExpansionMode", "thinkingLevel",
        "grounding", "edit", "preciseEdit", "targetAspectRatio", "loop",
    ),
    "Performance": ("bodyControl", "expressionIntensity"),
    "Voice": (
        "languageCode", "applyTextNormalization", "speed", "speechRate", "pitchRate", "loudnessRate", "stability",
        "similarityBoost", "style", "useSpeakerBoost", "removeBackgroundNoise",
    ),
    "Text around it": ("previousText", "nextText"),
    "Speakers": ("numSpeakers", "disableVoiceCloning", "dropBackgroundAudio", "preserveSpeech"),
    "Detail": ("creativity", "sharpen", "smartGrain", "ultraDetail", "fpsBoost"),
    "Color": ("background", "backgroundColor", "colors"),
    "File": ("outputFormat", "proresProfile", "format", "sampleRate", "draft", "draftTaskId"),
    "Moderation": ("contentModeration",),
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
}

VARIANT_LABELS = {
    ("avatar", "runway-preset"): "A preset avatar",
    ("avatar", "custom"): "An avatar of yours",
    ("speech", "audio"): "From a recording",
    ("speech", "text"): "From a script",
    ("voice", "runway-preset"): "A preset voice",
    ("voice", "preset"): "A preset voice",
    ("voice", "custom"): "A voice of yours",
    ("keyframes", "seconds"): "At a time",
    ("keyframes", "at"): "At a part of the length",
}

# Choices whose wire form is not clear enough. Those under "" are for any field.
CHOICE_LABELS: dict[str, dict[str, str]] = {
    "": {
        "auto": "Automatic",
        "auto_480p": "Automatic, 480p",
        "auto_720p": "Automatic, 720p",
        "auto_1080p": "Automatic, 1080p",
        "auto_1k": "Automatic, 1K",
        "auto_2k": "Automatic, 2K",
        "adaptive": "Like the input",
    },
    "targetLang": {
        "ar": "Arabic",
        "bg": "Bulgarian",
        "cs": "Czech",
        "da": "Danish",
        "de": "German",
        "el": "Greek",
        "en": "English",
        "es": "Spanish",
        "fi": "Finnish",
        "fil": "Filipino",
        "fr": "French",
        "hi": "Hindi",
        "hr": "Croatian",
        "id": "Indonesian",
        "it": "Italian",
        "ja": "Japanese",
        "ko": "Korean",
        "ms": "Malay",
        "nl": "Dutch",
        "pl": "Polish",
        "pt": "Portuguese",
        "ro": "Romanian",
        "ru": "Russian",
        "sk": "Slovak",
        "sv": "Swedish",
        "ta": "Tamil",
        "tr": "Turkish",
        "uk": "Ukrainian",
        "zh": "Chinese",
    },
    "targetFramerate": {"23_98": "23.98", "29_97": "29.97", "59_94": "59.94"},
    "outputFormat": {
        "mp4": "MP4",
        "mov": "MOV",
        "prores": "ProRes (MOV)",
        "png_sequence": "PNG frames (ZIP)",
        "sdr_rec709_10bit": "10-bit Rec. 709 (MP4)",
        "hdr10": "HDR10 (MP4)",
        "hlg": "HLG (MP4)",
        "hdr_pq_12bit_master": "12-bit PQ master (MOV)",
        "hdr_prores": "HDR ProRes (MOV)",
        "hdr_png_sequence": "HDR PNG frames (ZIP)",
        "hdr_exr_sequence": "EXR frames (ZIP)",
        "hdr_exr_acescg_sequence_1_3": "EXR frames, ACEScg 1.3 (ZIP)",
        "hdr_exr_acescg_sequence_2_0": "EXR frames, ACEScg 2.0 (ZIP)",
        "png": "PNG",
        "jpeg": "JPEG",
        "webp": "WebP",
        "wav": "WAV",
        "mp3": "MP3",
        "ogg_opus": "Opus (OGG)",
    },
    "format": {"mp3": "MP3", "wav": "WAV", "flac": "FLAC"},
    "shotType": {"intelligence": "The model decides", "customize": "As set below"},
}

# Exceptions for one endpoint, where the general text would be wrong.
_IN_ENDPOINT = {
    ("text_to_speech", "promptText"): FieldWords("Text", "The words to speak."),
    ("sound_effect", "promptText"): FieldWords("Prompt", "What should be heard."),
    ("video_to_audio", "promptText"): FieldWords("Prompt", "What should be heard with the clip."),
    ("video_to_audio", "duration"): FieldWords("Duration", "How long the sound lasts, in seconds."),
    ("sound_effect", "duration"): FieldWords("Duration", "How long the sound lasts, in seconds."),
    ("text_to_image", "style"): FieldWords("Style", "The look of the picture."),
    ("text_to_image", "ratio"): FieldWords("Size", "Width and height of the picture in pixels."),
    ("avatar_videos", "audio"): FieldWords("Recording", "The recording that the avatar speaks."),
    ("avatar_videos", "voice"): FieldWords("Voice", "Who speaks the script, instead of the avatar's own voice."),
    ("voice_isolation", "audioUri"): FieldWords("Recording", "The recording to free from everything but the voice."),
    ("voice_dubbing", "audioUri"): FieldWords("Recording", "The recording to dub."),
    ("video_to_video", "keyframes"): FieldWords("Keyframes", "Pictures that guide the clip at given moments."),
}

FIELD_WORDS = {
    "applyTextNormalization": FieldWords("Spell out", "Whether numbers and signs are spoken as words."),
    "at": FieldWords("Position", "Where in the clip the picture applies: 0 is the start, 1 the end."),
    "audio": FieldWords("Sound", "Makes the clip with sound."),
    "audioUri": FieldWords("Recording", "The sound to work from."),
    "avatar": FieldWords("Avatar", "Who is seen speaking."),
    "avatarId": FieldWords("Avatar id", "The id of an avatar you made at Runway."),
    "background": FieldWords("Background", "Whether the picture has a background or is cut out."),
    "backgroundColor": FieldWords("Background color", "A wish for the background, such as #1A2B3C."),
    "bodyControl": FieldWords("Body control", "Carries over gestures and movements as well as the face."),
    "cfgScale": FieldWords("Prompt strength", "How strictly the prompt is followed: 0 is free, 1 is strict."),
    "character": FieldWords("Character", "A picture or clip of the face that is to act."),
    "colors": FieldWords("Colors", "Colors to prefer, each such as #1A2B3C."),
    "contentModeration": FieldWords("Moderation", "How strict moderation is."),
    "creativity": FieldWords("Creativity", "How much new detail may be invented: 0 stays faithful."),
    "disableVoiceCloning": FieldWords("Neutral voice", "Uses a standard voice instead of copying the speaker's."),
    "draft": FieldWords("Draft", "Makes a cheap small preview that can be made in full later."),
    "draftTaskId": FieldWords("Draft to finish", "The id of a finished draft to make in full; nothing else is sent."),
    "dropBackgroundAudio": FieldWords("Drop background", "Leaves out music and noise behind the voices."),
    "duration": FieldWords("Duration", "How long the result lasts, in seconds."),
    "edit": FieldWords("Edit reference", "Changes the reference picture itself instead of only being guided by it."),
    "end_seconds": FieldWords("End", "Where the change ends, in whole seconds; this second is left alone."),
    "expressionIntensity": FieldWords("Expression", "How strongly the face moves."),
    "flavor": FieldWords("Style", "The kind of picture that the upscaler expects."),
    "format": FieldWords("File format", "The kind of sound file to make."),
    "fpsBoost": FieldWords("More frames", "Raises the frame rate as well."),
    "grounding": FieldWords("Web search", "Lets the model look things up before it draws."),
    "id": FieldWords("Voice id", "The id of a voice you made at Runway."),
    "imageUri": FieldWords("Picture", "The picture to enlarge."),
    "keepOriginalSound": FieldWords("Keep sound", "Keeps the sound of the clip that is edited."),
    "keyframes": FieldWords("Keyframes", "Pictures that guide the result at given moments."),
    "languageCode": FieldWords("Language", "A language code such as en or pt, for the right pronunciation."),
    "loop": FieldWords("Loop", "Makes a sound that can be repeated without a seam."),
    "loudnessRate": FieldWords("Loudness", "Below 0 is quieter, above 0 louder."),
    "maskUri": FieldWords("Mask", "A picture that marks the part to change."),
    "media": FieldWords("Recording", "A sound or clip with the speech to change."),
    "mode": FieldWords("Mode", "Whether the clip guides a new one, is continued, or is changed."),
    "multiPrompt": FieldWords("Shots", "A prompt and a length for each shot."),
    "negativePrompt": FieldWords("Avoid", "What the result should not contain."),
    "nextText": FieldWords("Text after", "What is spoken afterwards, so that the end leads into it."),
    "numSpeakers": FieldWords("Number of speakers", "How many people speak; left out, they are counted."),
    "numVariants": FieldWords("Number of variants", "How many versions to make."),
    "outputCount": FieldWords("Number of pictures", "How many pictures to make; each is paid for."),
    "outputFormat": FieldWords("File format", "The kind of file to make; some kinds cost more."),
    "pitchRate": FieldWords("Pitch", "Below 0 is lower, above 0 higher, in semitones."),
    "preciseEdit": FieldWords("Precise edit", "Changes the first reference and keeps its composition and size."),
    "preserveSpeech": FieldWords("Keep speech", "Keeps the words that are spoken in the clip."),
    "presetId": FieldWords("Preset", "One of Runway's presets."),
    "previousText": FieldWords("Text before", "What was spoken before, so that the start follows it."),
    "prompt": FieldWords("Prompt", "What happens in this shot."),
    "promptExpansionMode": FieldWords("Rewrite prompt", "How far the model may rewrite the prompt first."),
    "promptImage": FieldWords("Picture", "The picture that the clip starts from."),
    "promptText": FieldWords("Prompt", "What should be seen."),
    "promptVideo": FieldWords("Clip", "The clip to work from."),
    "proresProfile": FieldWords("ProRes profile", "The quality of a ProRes file."),
    "providerSettings": FieldWords("Shots and more", "Several shots in one clip, and other settings of this model."),
    "publicFigureThreshold": FieldWords("Public figures", "Low is less strict about faces of known people."),
    "quality": FieldWords("Quality", "How much effort is spent; more costs more."),
    "range": FieldWords("Window", "Limits the change to a part of the clip."),
    "ratio": FieldWords("Ratio", "Width and height of the result in pixels."),
    "reference": FieldWords("Performance", "A clip of the person whose acting is carried over."),
    "referenceAudio": FieldWords("Reference sound", "Sounds for the model to listen to."),
    "referenceAudios": FieldWords("Reference sound", "Sounds that the prompt can name as @Audio1, @Audio2, @Audio3."),
    "referenceImages": FieldWords("Reference pictures", "Pictures for the model to look at."),
    "referenceVideos": FieldWords("Reference clips", "Clips for the model to look at."),
    "references": FieldWords("Reference pictures", "Pictures of people, things or styles to use."),
    "removeBackgroundNoise": FieldWords("Remove noise", "Takes the noise behind the voice away."),
    "resolution": FieldWords("Resolution", "How fine the result is."),
    "sampleRate": FieldWords("Sample rate", "How fine the sound is, in hertz."),
    "scaleFactor": FieldWords("Enlarge", "By how much each side grows."),
    "seconds": FieldWords("Time", "When in the clip the picture applies, in seconds."),
    "seed": FieldWords("Seed", "The same seed with the same settings gives much the same result."),
    "sharpen": FieldWords("Sharpen", "How much edges are sharpened."),
    "shotType": FieldWords("Shot changes", "Whether you set the shots or the model does."),
    "similarityBoost": FieldWords("Similarity", "How close to the speaker the voice stays."),
    "smartGrain": FieldWords("Grain", "How much grain and texture is added."),
    "speech": FieldWords("Speech", "What the avatar says: a recording or a script."),
    "speechRate": FieldWords("Speaking speed", "Below 0 is slower, above 0 faster."),
    "speed": FieldWords("Speaking speed", "1 is normal, less is slower."),
    "stability": FieldWords("Stability", "Low is more emotional, high is steadier."),
    "start_seconds": FieldWords("Start", "Where the change begins, in whole seconds."),
    "style": FieldWords("Style strength", "How much the speaker's manner is stressed."),
    "subject": FieldWords("Subject", "Whether the picture shows a person or a thing."),
    "tag": FieldWords("Tag", "A name by which the prompt can call this picture."),
    "targetAspectRatio": FieldWords("Expand to", "A new shape for the clip; the model fills in what is missing."),
    "targetFramerate": FieldWords("Frame rate", "Frames a second of the result."),
    "targetLang": FieldWords("Language", "The language to dub into."),
    "text": FieldWords("Script", "The words that the avatar says."),
    "thinkingLevel": FieldWords("Thinking", "How long the model thinks about the prompt first."),
    "ultraDetail": FieldWords("Fine detail", "How much fine detail is added."),
    "uri": FieldWords("Picture", "The picture to use."),
    "useSpeakerBoost": FieldWords("Speaker boost", "Brings the voice closer to the speaker; takes a little longer."),
    "videoUri": FieldWords("Clip", "The clip to work from."),
    "voice": FieldWords("Voice", "Who speaks."),
}


def endpoint_label(name: str) -> str:
    return ENDPOINT_LABELS.get(name) or _from_wire(name)


def model_label(model: str) -> str:
    return MODEL_LABELS.get(model) or _from_wire(model)


def field_words(name: str, endpoint: str = "") -> FieldWords:
    """Label and one sentence of help for a field; for an unknown one, its wire name and no help."""
    return _IN_ENDPOINT.get((endpoint, name)) or FIELD_WORDS.get(name) or FieldWords(_from_wire(name), "")


def group_label(field: str) -> str:
    """The heading of a field's group in the form."""
    return next((group for group, names in FIELD_GROUPS.items() if field in names), "Other settings")


def variant_label(field: str, tag: str) -> str:
    return VARIANT_LABELS.get((field, tag)) or _from_wire(tag)


def choice_label(field: str, choice: str | int | float) -> str:
    """A choice for people: "de" of a language is "German"; without a label, its wire form with blanks."""
    words = CHOICE_LABELS.get(field, {}).get(str(choice)) or CHOICE_LABELS[""].get(str(choice))
    if field == "presetId" and not words:
        # Names of voices and avatars: "cooking-teacher" becomes "Cooking teacher".
        name = str(choice).replace("-", " ").replace("_", " ")
        return name[:1].upper() + name[1:]
    return words or str(choice).replace("_", " ")


def _from_wire(name: str) -> str:
    """A readable form of a name without a label: "newThing_2" becomes "New thing 2"."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.replace("_", " ").replace("-", " ")).lower()
    return words[:1].upper() + words[1:]
