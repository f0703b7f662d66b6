"""The composer, where requests are written: prompt, inputs, chips for the main settings, a form for the others."""
