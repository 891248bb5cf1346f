; SPDX-License-Identifier: Apache-2.0
.target aie4
.partition 1column
.attach_to_group 0
START_JOB 0
NOP
END_JOB
.eop
EOF
