"""What leaves in the forms of other programs: files to be kept. Knows neither HTTP nor database."""
