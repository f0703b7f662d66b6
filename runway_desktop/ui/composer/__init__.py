"""The one place where requests are written: prompt, inputs, chips for the main settings, the rest one click away."""
