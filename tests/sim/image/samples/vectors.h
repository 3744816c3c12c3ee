/* The vector table of every sample; where and under which name it stands, and
 * what it holds, can be changed to see how it is found or refused. */
#ifndef TORNWORD_TESTS_SIM_IMAGE_SAMPLES_VECTORS_H
#define TORNWORD_TESTS_SIM_IMAGE_SAMPLES_VECTORS_H

#ifndef VECTORS_SECTION
#define VECTORS_SECTION ".isr_vector"
#endif
#ifndef VECTORS_NAME
#define VECTORS_NAME table_of_exceptions
#endif
#ifndef INITIAL_SP
#define INITIAL_SP 0x20008000u
#endif
#ifndef RESET
#define RESET Reset_Handler
#endif

typedef void (*handler)(void);

void Reset_Handler(void);
void SysTick_Handler(void);
void Uart_Handler(void);

__attribute__((section(VECTORS_SECTION), used)) const handler VECTORS_NAME[18] = {
    [0] = (handler)INITIAL_SP,
    [1] = RESET,
    [15] = SysTick_Handler,
    [17] = Uart_Handler,
};

#endif
