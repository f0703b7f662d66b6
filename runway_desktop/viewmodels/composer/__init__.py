"""Form state of the composer: prompt, model, fields, inputs, presets, history. GUI thread only."""
