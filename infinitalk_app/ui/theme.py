"""The theme of the page: values of Gradio's tokens, light and dark."""

from gradio.themes import Base, LocalFont, colors, sizes

# token -> (light, dark)
_COLOURS = {
    "body_background_fill": ("#faf8f5", "#151210"),
    "body_text_color": ("#1c1917", "#f5f2ee"),
    "body_text_color_subdued": ("#655d56", "#b9b0a7"),
    "background_fill_primary": ("#ffffff", "#1f1b18"),
    "background_fill_secondary": ("#f4f1ec", "#292420"),
    "border_color_primary": ("#e6e0d8", "#3b352f"),
    "border_color_accent": ("*primary_700", "*primary_400"),
    "color_accent_soft": ("#e4f3f0", "#12332f"),
    "link_text_color": ("*primary_700", "*primary_300"),
    "link_text_color_hover": ("*primary_800", "*primary_200"),
    "block_background_fill": ("#ffffff", "#1f1b18"),
    "block_border_width": ("1px", "1px"),
    "block_shadow": ("none", "none"),
    "block_title_text_color": ("*body_text_color", "*body_text_color"),
    "block_label_text_color": ("*body_text_color", "*body_text_color"),
    "block_label_background_fill": ("#ffffffeb", "#1f1b18eb"),
    "block_label_border_width": ("0px", "0px"),
    "input_background_fill": ("#ffffff", "#171411"),
    "input_border_color": ("#8f867d", "#7d746b"),
    "input_border_color_focus": ("*primary_700", "*primary_400"),
    "input_shadow_focus": ("0 0 0 3px #0f766e33", "0 0 0 3px #2dd4bf40"),
    "input_placeholder_color": ("#756c64", "#a1978d"),
    "checkbox_label_background_fill": ("#ffffff", "#1f1b18"),
    "checkbox_label_background_fill_selected": ("*color_accent_soft", "*color_accent_soft"),
    "checkbox_label_border_color": ("#cfc7bd", "#4a433c"),
    "checkbox_background_color_selected": ("*primary_700", "*primary_500"),
    "checkbox_border_color": ("#8f867d", "#7d746b"),
    "checkbox_border_color_selected": ("*primary_700", "*primary_500"),
    "slider_color": ("*primary_700", "*primary_400"),
    "loader_color": ("*primary_700", "*primary_400"),
    "button_primary_background_fill": ("*primary_700", "*primary_400"),
    "button_primary_background_fill_hover": ("*primary_800", "*primary_300"),
    "button_primary_border_color": ("*primary_700", "*primary_400"),
    "button_primary_text_color": ("#ffffff", "#04211e"),
    "button_secondary_background_fill": ("#ffffff", "#292420"),
    "button_secondary_background_fill_hover": ("#f4f1ec", "#38322c"),
    "button_secondary_border_color": ("#cfc7bd", "#4a433c"),
    "button_secondary_text_color": ("#1c1917", "#f5f2ee"),
}
_MEASURES = {
    "color_accent": "*primary_700",
    "block_radius": "14px",
    "block_padding": "14px",
    "block_title_text_weight": "600",
    "block_label_text_weight": "600",
    "block_label_radius": "8px",
    "block_label_margin": "10px",
    "block_label_shadow": "none",
    "layout_gap": "16px",
    "container_radius": "14px",
    "input_border_width": "1px",
    "input_radius": "10px",
    "checkbox_label_border_width": "1px",
    "checkbox_label_padding": "10px 12px",
    "button_large_radius": "12px",
    "button_large_padding": "13px 20px",
    "button_medium_radius": "10px",
    "button_border_width": "1px",
}


def theme() -> Base:
    """Return the theme; its fonts come with Gradio, so that the browser asks no other host."""
    dark = {f"{name}_dark": pair[1] for name, pair in _COLOURS.items()}
    light = {name: pair[0] for name, pair in _COLOURS.items()}
    base = Base(
        primary_hue=colors.teal,
        secondary_hue=colors.teal,
        neutral_hue=colors.stone,
        radius_size=sizes.radius_lg,
        # Gradio's file of Plex in weight 600 has no Latin letters.
        font=(LocalFont("IBM Plex Sans", (400, 700)), "ui-sans-serif", "system-ui", "sans-serif"),
        font_mono=("ui-monospace", "monospace"),
    )
    return base.set(**light, **dark, **_MEASURES)
