# SPDX-License-Identifier: Apache-2.0
# The kernel's own tracing around a command: XRT's runs, what the driver is asked for, its functions, its mailbox, interrupts,
# who runs. And reads of a register before and after, by which the clocks are compared.
TRACING=/sys/kernel/tracing

profile_start() {
	local word
	mount -t tracefs tracefs $TRACING || return 1
	echo mono >$TRACING/trace_clock || return 2
	echo 32768 >$TRACING/buffer_size_kb || return 3
	echo '*:mod:amdxdna' >$TRACING/set_ftrace_filter || return 4
	echo function_graph >$TRACING/current_tracer || return 5
	for word in funcgraph-abstime funcgraph-proc funcgraph-irqs funcgraph-tail nofuncgraph-cpu nofuncgraph-overhead; do
		echo $word >$TRACING/trace_options || return 6
	done
	[ ! -e /lab/uprobes ] || cat /lab/uprobes >$TRACING/uprobe_events || return 7
	[ ! -e $TRACING/events/xrt ] || echo 1 >$TRACING/events/xrt/enable || return 8
	for word in amdxdna irq/irq_handler_entry irq/irq_handler_exit syscalls/sys_enter_ioctl syscalls/sys_exit_ioctl \
		sched/sched_switch sched/sched_waking; do
		echo 1 >$TRACING/events/$word/enable || return 9
	done
	echo 0 >$TRACING/tracing_on
	profile_clock
	echo 1 >$TRACING/tracing_on
}

# The reads themselves are not worth tracing.
profile_clock() {
	local bdf
	for bdf in $(npu_vfs) $(npu_pfs); do
		npu-clock "/sys/bus/pci/devices/$bdf/config" 100 >>/tmp/clock
		return
	done
}

# The trace, compressed, in lines that fit through the control port, after the interrupt lines of each function.
profile_stop() {
	echo 0 >$TRACING/tracing_on
	profile_clock
	local bdf
	{
		for bdf in $(npu_pfs) $(npu_vfs); do
			echo "function $bdf $(ls "/sys/bus/pci/devices/$bdf/msi_irqs" | sort -n | tr '\n' ' ')"
		done
		cat /tmp/clock
		sed -n 's/^overrun: /lost /p; s/^dropped events: /lost /p' $TRACING/per_cpu/cpu0/stats
		cat $TRACING/trace
	} | gzip -c | base64 | sed 's/^/trace /'
}
