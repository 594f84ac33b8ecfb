"""The embedded server: the same API as the hosted service's, from this instance's database.

Independent of `memoryweb.memoryplugin`, so that server and client meet only in openapi.yaml.
"""
