/* SPDX-License-Identifier: Apache-2.0
 *
 * Doubles as text: the fewest digits that read back as the same double, as ECMAScript and Python
 * place them. Relies on the C locale for numbers, which no program of this product changes.
 */
#ifndef CAVRA_JSON_NUMBER_H
#define CAVRA_JSON_NUMBER_H

#include <stdint.h>

enum { NUMBER_TEXT = 32 }; /* room for any result, with its NUL */

/* ECMA-262 Number::toString: 0, 1, 1.5, 1e+21, 1e-7. number is finite; -0 gives "0". */
void number_format_ecma(double number, char ret_text[NUMBER_TEXT]);
/* Python's repr(float): 0.0, -0.0, 1.0, 1.5, 1e+16, 1e-05. */
void number_format_python(double number, char ret_text[NUMBER_TEXT]);
/* The magnitude of a finite number as digits * 10^exponent, with the fewest digits. */
void number_decimal(double number, uint64_t *ret_digits, int *ret_exponent);

#endif
