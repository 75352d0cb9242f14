/* SPDX-License-Identifier: Apache-2.0
 *
 * Where cavra-hook starts, before the C library does. Each page that is written for the first time stops the program
 * once, and relocation alone writes to twenty of them; one call brings all the writable pages in. A kernel that does
 * not know the call (before 5.14) refuses it, and nothing is lost.
 *
 * Nothing is relocated yet: only what the linker gives relative to the code may be used here, and no library.
 */
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

enum { PAGE = 4096, STACK = 32 * 1024 };

extern char __init_array_start[], _end[];

void hook_entry(void);
void hook_prefault(void);

static inline void populate(uintptr_t from, uintptr_t to)
{
	from &= ~(uintptr_t)(PAGE - 1);
	long result = SYS_madvise;
	__asm__ volatile("syscall"
			 : "+a"(result)
			 : "D"(from), "S"(to - from), "d"(MADV_POPULATE_WRITE)
			 : "rcx", "r11", "memory");
}

__attribute__((used, no_stack_protector)) void hook_prefault(void)
{
	uintptr_t here = (uintptr_t)__builtin_frame_address(0);
	populate((uintptr_t)__init_array_start, (uintptr_t)_end);
	populate(here - STACK, here);
}

/* As _start gets it: the stack of the kernel, and a function for the exit in %rdx. */
__attribute__((naked)) void hook_entry(void)
{
	__asm__("push %rdx\n\t"
		"call hook_prefault\n\t"
		"pop %rdx\n\t"
		"jmp _start");
}
