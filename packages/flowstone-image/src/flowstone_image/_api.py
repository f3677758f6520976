"""The public names that flowstone-image gives to ``tf.*``; nothing is imported here."""

_MODULES = {
    "resizing": "ResizeMethod resize resize_with_pad",
    "depth": "convert_image_dtype",
    "turning": """
        flip_left_right flip_up_down rot90 transpose random_flip_left_right random_flip_up_down
        stateless_random_flip_left_right stateless_random_flip_up_down
    """,
    "ops.color": "rgb_to_hsv hsv_to_rgb",
    "colors": "rgb_to_grayscale grayscale_to_rgb rgb_to_yiq yiq_to_rgb rgb_to_yuv yuv_to_rgb",
    "adjusting": """
        adjust_brightness adjust_contrast adjust_gamma adjust_hue adjust_saturation adjust_jpeg_quality
        per_image_standardization
    """,
    "chance": """
        random_brightness random_contrast random_hue random_saturation random_jpeg_quality stateless_random_brightness
        stateless_random_contrast stateless_random_hue stateless_random_saturation stateless_random_jpeg_quality
        random_crop stateless_random_crop
    """,
    "cropping": "central_crop crop_to_bounding_box pad_to_bounding_box resize_with_crop_or_pad",
    "measures": "total_variation image_gradients sobel_edges psnr ssim ssim_multiscale",
    "boxes": """
        crop_and_resize draw_bounding_boxes non_max_suppression non_max_suppression_with_scores
        non_max_suppression_padded non_max_suppression_overlaps combined_non_max_suppression
    """,
    "distorting": "sample_distorted_bounding_box stateless_sample_distorted_bounding_box",
    "ops.patches": "extract_patches",
    "ops.glimpse": "extract_glimpse",
    "codecs": """
        decode_and_crop_jpeg decode_bmp decode_gif decode_image decode_jpeg decode_png decode_webp encode_jpeg encode_png
        extract_jpeg_shape is_jpeg
    """,
}

PUBLIC: dict[str, str] = {
    f"{space}.{name}": f"flowstone_image.{module}:{name}"
    for module, names in _MODULES.items()
    for name in names.split()
    for space in (("image", "io") if module == "codecs" else ("image",))
}
