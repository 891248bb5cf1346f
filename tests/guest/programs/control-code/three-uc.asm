; SPDX-License-Identifier: Apache-2.0
; One program per column's first controller: XRT makes an indirect packet with three entries of it.
.target aie4
.partition 3column
.attach_to_group 0
START_JOB 0
MOV $r0, 10
LOCAL_BARRIER $lb0, 2
END_JOB
START_JOB 1
YIELD
LOCAL_BARRIER $lb0, 2
END_JOB
.eop
EOF
.attach_to_group 2
START_JOB 0
ADD $r1, 20
NOP
END_JOB
.eop
EOF
.attach_to_group 4
START_JOB 0
YIELD
END_JOB
.eop
EOF
