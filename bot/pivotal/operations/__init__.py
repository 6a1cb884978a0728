"""Every operation of the API, once, as a pure function from its arguments to a typed call; nothing is sent here.

The complete list: https://docs.pivotal.app/api/reference
"""
