"""The life of a task: submission, queue, sending, polling, and the person's actions on tasks.

Results are saved in `services.results`; prices are computed in `services.money`.

To add
- a reason to doubt the evidence about an uncertain create: `sendings` (which sendings a reading may include) and
  `readings`.
"""
