"""The failure lab: brings failures about on one machine, with real servers, so that checks can be seen to name them.

For: training, trying out applications, and our own tests, which bring about every cause and ask a check for its name.
Enters: a failure and a cause. Leaves: running servers, and the command that shows what is wrong.
Must never: listen beyond loopback, change anything outside its folder, fake what a server would really do.
"""
