"""What Gradio is given so that it looks like this page and asks no other host for anything."""

from __future__ import annotations

import gradio as gr


def theme() -> gr.themes.Base:
    """Gradio's plainest theme in the system's own faces: a named web font would be fetched."""
    return gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])
