"""A local Pivotal and a local Slack workspace with a web page: what the demo and the tests run against."""
