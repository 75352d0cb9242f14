/* SPDX-License-Identifier: Apache-2.0
 *
 * Cheap forks. Nearly everything that Bash forks for runs to its end before its parent goes on, so the child may as
 * well run in the parent's memory: what it changes is put back from a copy when it has ended, which costs a fraction
 * of what the page faults of a copied address space do. The child is a process of its own in all other respects.
 *
 * A child that waits for its waiting parent (the reader of a >( ) or of a coprocess) is given up before it blocks, its
 * log is taken back, and the outermost such fork is made again as a real one.
 */
#include "fork.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <malloc.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "record.h"

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): the C library's headers use reserved names. */

enum { FRAMES = 24, RANGES = 16, STACK = 64 * 1024, COPY_MAX = 3 << 20, PATIENCE_MS = 10 };

struct range {
	char *at;
	size_t n;
};

/* One fork under way: the parent of it is suspended. */
struct frame {
	ucontext_t here, other;
	pid_t result;
	char *low; /* of the part of the stack in use */
	uintptr_t program_break;
	uint32_t log_used, execs, steps;
	long unread; /* in pipes */
	struct watched watched;
	size_t stack_size, heap_size;
	char *copy;  /* COPY_MAX bytes */
	char *stack; /* STACK bytes: what must survive the child runs on it */
};

/* Never copied and put back. */
struct keep {
	struct range data[RANGES]; /* writable data of Bash and its libraries */
	size_t n_data, data_size;
	uintptr_t heap;
	int depth;       /* frames in use by this process and those that wait for it */
	int base;        /* of these, such that do not belong to the text */
	bool concurrent; /* some other process of the text may run beside this one */
	bool given_up;
	struct frame frames[FRAMES];
};

static struct keep *keep;
extern void *__libc_stack_end;

/* ---- set-up ---- */

static bool is_own(const struct dl_phdr_info *object)
{
	uintptr_t own = (uintptr_t)&watched;
	for (size_t i = 0; i < object->dlpi_phnum; i++) {
		uintptr_t from = object->dlpi_addr + object->dlpi_phdr[i].p_vaddr;
		if (object->dlpi_phdr[i].p_type == PT_LOAD && own >= from &&
		    own < from + object->dlpi_phdr[i].p_memsz)
			return true;
	}
	return false;
}

/* What the loader has made read-only again stands in front of the writable data. */
static uintptr_t end_of_relro(const struct dl_phdr_info *object)
{
	for (size_t i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *header = &object->dlpi_phdr[i];
		if (header->p_type == PT_GNU_RELRO)
			return (object->dlpi_addr + header->p_vaddr + header->p_memsz) &
			       ~(uintptr_t)4095;
	}
	return 0;
}

static int add_object(struct dl_phdr_info *object, size_t size, void *context)
{
	(void)size;
	(void)context;
	const char *base = strrchr(object->dlpi_name, '/');
	if (strncmp(base ? base + 1 : object->dlpi_name, "ld-", 3) == 0 || is_own(object))
		return 0;
	for (size_t i = 0; i < object->dlpi_phnum && keep->n_data < RANGES; i++) {
		const ElfW(Phdr) *header = &object->dlpi_phdr[i];
		if (header->p_type != PT_LOAD || !(header->p_flags & PF_W))
			continue;
		uintptr_t from = object->dlpi_addr + header->p_vaddr, to = from + header->p_memsz;
		if (end_of_relro(object) > from)
			from = end_of_relro(object);
		if (from >= to)
			continue;
		char *start = (char *)from; /* NOLINT(performance-no-int-to-ptr): the loader's */
		keep->data[keep->n_data++] = (struct range){start, to - from};
		keep->data_size += to - from;
	}
	return 0;
}

static char *pages(size_t n)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
		       /* cppcheck-suppress invalidFunctionArg ; -1 is what the manual says */
		       -1, 0);
	/* cppcheck-suppress memleak ; the caller has it */
	return p == MAP_FAILED ? NULL : p;
}

void fork_prepare(void)
{
#ifdef __x86_64__
	/* So far the heap is in one piece. */
	uintptr_t heap = (uintptr_t)syscall(SYS_brk, 0) - mallinfo2().arena;
	struct keep *new_keep = (struct keep *)(void *)pages(sizeof *keep);
	if (!new_keep || getenv(FORK_VARIABLE))
		return;
	for (size_t i = 0; i < FRAMES; i++) {
		new_keep->frames[i].copy = pages(COPY_MAX);
		new_keep->frames[i].stack = pages(STACK);
		if (!new_keep->frames[i].copy || !new_keep->frames[i].stack)
			return;
	}
	keep = new_keep;
	keep->heap = heap;
	dl_iterate_phdr(add_object, NULL);
	/* All of malloc's memory is in the heap, and the heap is put back as a whole. */
	mallopt(M_MMAP_MAX, 0);
#endif
}

/* ---- copying ---- */

static char *copy_out(char *to, const char *from, size_t n)
{
	memcpy(to, from, n);
	return to + n;
}

static const char *copy_back(char *to, const char *from, size_t n)
{
	memcpy(to, from, n);
	return from + n;
}

static bool measure(struct frame *frame, char *stack)
{
	frame->low = stack;
	frame->program_break = (uintptr_t)syscall(SYS_brk, 0);
	/* Without the end that is free; what malloc notes in front of it counts. */
	frame->heap_size = frame->program_break - keep->heap - mallinfo2().keepcost + 64;
	frame->stack_size = (size_t)((char *)__libc_stack_end - frame->low);
	return frame->heap_size + frame->stack_size + keep->data_size <= COPY_MAX;
}

static char *heap_start(void)
{
	return (char *)keep->heap; /* NOLINT(performance-no-int-to-ptr): as brk() has it */
}

static void remember(struct frame *frame)
{
	frame->watched = watched;
	if (watched.wire) {
		frame->log_used = watched.wire->log_used;
		frame->execs = watched.wire->execs;
		frame->steps = watched.wire->steps;
	}
	char *to = frame->copy;
	for (size_t i = 0; i < keep->n_data; i++)
		to = copy_out(to, keep->data[i].at, keep->data[i].n);
	to = copy_out(to, heap_start(), frame->heap_size);
	copy_out(to, frame->low, frame->stack_size);
}

static void put_back(const struct frame *frame)
{
	syscall(SYS_brk, frame->program_break);
	const char *from = frame->copy;
	for (size_t i = 0; i < keep->n_data; i++)
		from = copy_back(keep->data[i].at, from, keep->data[i].n);
	from = copy_back(heap_start(), from, frame->heap_size);
	copy_back(frame->low, from, frame->stack_size);
	watched = frame->watched;
}

/* ---- forking ---- */

static pid_t fork_really(void)
{
	static pid_t (*real)(void);
	if (!real)
		real = (pid_t(*)(void))dlsym(RTLD_NEXT, "fork");
	pid_t pid = real();
	if (keep && watched.wire) {
		keep->concurrent = true;
		if (pid == 0)
			keep->depth = keep->base = 0;
	}
	return pid;
}

/* The child could not go on: what it has logged did not happen. */
static pid_t fork_again(struct frame *frame, pid_t child)
{
	struct wire *wire = watched.wire;
	waitpid(child, NULL, 0);
	keep->given_up = false;
	if (!keep->concurrent) {
		memset(wire->log + frame->log_used, 0, wire->log_used - frame->log_used);
		wire->log_used = frame->log_used;
		wire->execs = frame->execs;
		wire->steps = frame->steps;
	}
	return fork_really();
}

#ifdef __x86_64__
/* Shares the memory; the caller is suspended until the child has ended. The child comes back on the same stack, which
 * is why nothing may stand there that the caller still needs.
 */
static inline __attribute__((always_inline)) pid_t clone_and_wait(void)
{
	long result = SYS_clone;
	register long none __asm__("r10") = 0;
	__asm__ volatile("syscall"
			 : "+a"(result)
			 : "D"((long)(CLONE_VM | CLONE_VFORK | SIGCHLD)), "S"(0L), "d"(0L),
			   "r"(none)
			 : "rcx", "r11", "memory");
	return (pid_t)result;
}

static void fork_on_other_stack(void)
{
	struct frame *frame = &keep->frames[keep->depth];
	remember(frame);
	keep->depth++;
	pid_t pid = clone_and_wait();
	if (pid == 0) {
		frame->result = 0;
		setcontext(&frame->here);
	}
	/* It has given up the memory, but perhaps not yet its descriptors. */
	siginfo_t info;
	while (pid > 0 && waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) != 0 && errno == EINTR)
		;
	keep->depth = (int)(frame - keep->frames);
	frame->result = pid;
	put_back(frame);
	setcontext(&frame->here);
}

/* Bytes that somebody wrote into a pipe and nobody has read. */
static long unread_bytes(void)
{
	enum { DESCRIPTORS = 64 };
	long sum = 0;
	int n;
	for (int fd = 0; fd < DESCRIPTORS; fd++)
		if (ioctl(fd, FIONREAD, &n) == 0)
			sum += n;
	return sum;
}

static __attribute__((noinline)) pid_t fork_quickly(void)
{
	enum { RED_ZONE = 1024 };
	struct frame *frame = &keep->frames[keep->depth];
	char *stack;
	if (keep->depth == keep->base)
		frame->unread = unread_bytes();
	__asm__ volatile("mov %%rsp, %0" : "=r"(stack));
	if (!measure(frame, stack - RED_ZONE))
		return fork_really();
	getcontext(&frame->other);
	frame->other.uc_stack.ss_sp = frame->stack;
	frame->other.uc_stack.ss_size = STACK;
	frame->other.uc_link = NULL;
	makecontext(&frame->other, fork_on_other_stack, 0);
	swapcontext(&frame->here, &frame->other);
	if (frame->result <= 0 || !keep->given_up || keep->depth < keep->base)
		return frame->result;
	if (keep->depth > keep->base)
		syscall(SYS_exit_group, 0);
	/* What was written before would stand there twice. */
	if (unread_bytes() != frame->unread)
		end_text();
	return fork_again(frame, frame->result);
}
#endif

pid_t fork(void)
{
	if (watched.wire)
		take_step();
#ifdef __x86_64__
	if (watched.wire && keep && keep->depth < FRAMES)
		return fork_quickly();
#endif
	return fork_really();
}

pid_t fork_text(void)
{
	if (keep) {
		keep->concurrent = keep->given_up = false;
		keep->base = 0;
	}
#ifdef __x86_64__
	if (keep) {
		pid_t pid = fork_quickly();
		if (pid == 0)
			keep->base = keep->depth;
		return pid;
	}
#endif
	return fork_really();
}

/* A pipe that nobody has written to yet, and that somebody may still write to. */
static bool would_wait(int fd)
{
	struct stat status;
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
	return fstat(fd, &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode)) &&
	       poll(&poll_fd, 1, keep->concurrent ? PATIENCE_MS : 0) == 0;
}

#undef read
ssize_t read(int fd, void *to, size_t n)
{
	if (watched.wire && keep && keep->depth > keep->base && would_wait(fd)) {
		keep->given_up = true;
		syscall(SYS_exit_group, 0);
	}
	return syscall(SYS_read, fd, to, n);
}

/* What calls of read() become when the program was built to check its buffers. */
ssize_t __read_chk(int fd, void *to, size_t n, size_t size);
ssize_t __read_chk(int fd, void *to, size_t n, size_t size)
{
	return read(fd, to, n < size ? n : size);
}

/* Without the end of the libraries, which others still use. */
void exit(int status)
{
	if (watched.wire) {
		fflush(NULL);
		_exit(status);
	}
	void (*real)(int) = (void (*)(int))dlsym(RTLD_NEXT, "exit");
	real(status);
	abort();
}
/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
