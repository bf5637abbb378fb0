/*
 * What a Cortex-M needs before main: a vector table, the floating-point unit, memory as C expects it, and the files of
 * the host by semihosting. The memory protection unit forbids writing to code and constants, and any use of what lies
 * before the stack and around the arena. A fault ends the program with an exit code of its own, so that nothing that
 * went wrong looks like a result.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

extern uint32_t __stack_top[], __data_start[], __data_end[], __data_load[], __bss_start[], __bss_end[];
extern uint32_t __arena_start[], __arena_end[], __heap_start[], __heap_end[];
extern void initialise_monitor_handles(void);
extern int main(int argc, char **argv);

enum { SYS_WRITE0 = 0x04, SYS_GET_CMDLINE = 0x15, SYS_EXIT_EXTENDED = 0x20, APPLICATION_EXIT = 0x20026 };
enum { MAX_ARGUMENTS = 16, FAULT_EXIT_CODE = 99 };

static int semihost(int operation, const void *parameter) {
  register int r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = parameter;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

__attribute__((noreturn)) void _exit(int code) {
  const uint32_t block[2] = {APPLICATION_EXIT, (uint32_t)code};
  for (;;) semihost(SYS_EXIT_EXTENDED, block);
}

/* The heap of the C library's files. */
void *_sbrk(int increment) {
  static char *top = (char *)__heap_start;
  if (increment > (char *)__heap_end - top) return (void *)-1;
  top += increment;
  return top - increment;
}

__attribute__((noreturn, used)) static void report_fault(void) {
  semihost(SYS_WRITE0, "firmware: a fault: memory was used that is not the program's\n");
  _exit(FAULT_EXIT_CODE);
}

/* The stack that overflowed may be why we are here: start again at its top. */
__attribute__((naked, noreturn)) static void fault(void) {
  __asm__ volatile("ldr r0, =__stack_top\n msr msp, r0\n b report_fault");
}

enum { NO_ACCESS = 0u << 24, READ_ONLY = 6u << 24, NO_CODE = 1u << 28 };

/* A region of 2^bits bytes, whose start is a multiple of its size. */
static void protect(uint32_t region, uint32_t start, uint32_t bits, uint32_t access) {
  *(volatile uint32_t *)0xE000ED98 = region;
  *(volatile uint32_t *)0xE000ED9C = start;
  *(volatile uint32_t *)0xE000EDA0 = access | (bits - 1) << 1 | 1;
}

static void protect_memory(void) {
  protect(0, 0x00000000, 22, READ_ONLY);
  protect(1, 0x1FC00000, 22, NO_ACCESS | NO_CODE);                  /* before the stack */
  protect(2, 0x20400000, 22, NO_ACCESS | NO_CODE);                  /* behind the arena */
  protect(3, (uint32_t)__arena_start - 32, 5, NO_ACCESS | NO_CODE); /* before it */
  *(volatile uint32_t *)0xE000ED94 = 5; /* on, with the usual rights everywhere else */
  __asm__ volatile("dsb\n isb");
}

/* Splits the command line that the host gives; none of its words holds a space. */
static int arguments(char **argv) {
  static char line[2048];
  const struct { char *line; int length; } block = {line, sizeof line};
  int count = 0;
  if (semihost(SYS_GET_CMDLINE, &block) != 0) return 0;
  for (char *word = strtok(line, " "); word && count < MAX_ARGUMENTS - 1; word = strtok(NULL, " ")) argv[count++] = word;
  argv[count] = NULL;
  return count;
}

__attribute__((noreturn)) void reset(void) {
  static char *argv[MAX_ARGUMENTS];
#if defined(__ARM_FP)
  *(volatile uint32_t *)0xE000ED88 |= 0xFu << 20; /* the floating-point unit is on */
  __asm__ volatile("dsb\n isb");
#endif
  memcpy(__data_start, __data_load, (size_t)((char *)__data_end - (char *)__data_start));
  memset(__bss_start, 0, (size_t)((char *)__bss_end - (char *)__bss_start));
  memset(__arena_start, 0, (size_t)((char *)__arena_end - (char *)__arena_start));
  protect_memory();
  initialise_monitor_handles();
  const int argc = arguments(argv);
  exit(main(argc, argv));
}

typedef void (*handler)(void);

static const struct {
  void *stack;
  handler reset, exceptions[14];
} vectors __attribute__((section(".vectors"), used)) = {
    __stack_top,
    reset,
    {fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault},
};
