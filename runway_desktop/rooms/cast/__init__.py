"""The Cast page: characters, props and styles, their files, and what models take of them."""
