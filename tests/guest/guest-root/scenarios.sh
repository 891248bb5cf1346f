# SPDX-License-Identifier: Apache-2.0
# Runs the named scenarios one after the other in this boot; each in a shell of its own, each judged by its status
# and by what the kernel said meanwhile. Exit status: the number of failures.
. /lab/functions.sh
failures=0
# Said on every open without PASID; the other memory modes are the alternative (host interface reference, 7.2).
BENIGN='SVA bind device failed, ret -19'
for name; do
	file=/lab/scenarios/$name.sh
	log_mark "$name"
	begin=$(cut -d' ' -f1 /proc/uptime)
	(. "$file")
	status=$?
	allowed=$(sed -n 's/^# allow: //p' "$file")
	log_since | grep -E 'WARNING: |BUG: |Oops|general protection|Call Trace|\*ERROR\*' |
		grep -vE "$BENIGN${allowed:+|$allowed}" >/tmp/trouble.txt
	if [ $status = 0 ] && [ -s /tmp/trouble.txt ]; then
		status=1
		echo "FAIL: the kernel log has:"
		head -5 /tmp/trouble.txt
	fi
	[ $status = 0 ] && word=passed || { word=FAILED; failures=$((failures + 1)); }
	echo "scenario $name $word ($begin to $(cut -d' ' -f1 /proc/uptime) s of uptime)"
done
exit $failures
