"""Where Home Assistant looks for what is not its own; a package here so that tests import this one."""
