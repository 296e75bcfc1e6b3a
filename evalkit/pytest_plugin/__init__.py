"""The pytest plugin: suites are collected as files, their items run as tests."""
