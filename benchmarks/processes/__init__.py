"""What has to be measured in fresh processes: memory and import time."""
