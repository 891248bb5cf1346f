; SPDX-License-Identifier: Apache-2.0
; Five jobs meet twice; the yields make them arrive in different orders.
.target aie4
.partition 1column
.attach_to_group 0
START_JOB 0
MOV $r0, 1
LOCAL_BARRIER $lb0, 5
ADD $g0, 1
LOCAL_BARRIER $lb1, 5
END_JOB
START_JOB 1
YIELD
LOCAL_BARRIER $lb0, 5
ADD $g0, 1
LOCAL_BARRIER $lb1, 5
END_JOB
START_JOB 2
YIELD
YIELD
LOCAL_BARRIER $lb0, 5
NOP
LOCAL_BARRIER $lb1, 5
END_JOB
START_JOB 3
LOCAL_BARRIER $lb0, 5
YIELD
LOCAL_BARRIER $lb1, 5
END_JOB
START_JOB 4
NOP
LOCAL_BARRIER $lb0, 5
LOCAL_BARRIER $lb1, 5
END_JOB
.eop
; A second page, so that the pager is part of the test.
START_JOB 0
LOCAL_BARRIER $lb2, 2
END_JOB
START_JOB 1
YIELD
LOCAL_BARRIER $lb2, 2
END_JOB
.eop
EOF
