/* SPDX-License-Identifier: Apache-2.0
 *
 * Doubles as text, see number.h.
 */
#include "json/number.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct decimal {
	char digits[20]; /* without trailing zeros, at least one */
	int n;           /* how many */
	int point;       /* value is 0.digits * 10^point */
};

/* How a language places the point: fixed notation for low < point <= high. */
struct notation {
	int low, high;
	int exponent_digits;
	const char *whole_end; /* behind a whole number in fixed notation */
};

/* The next decimal away from 0 with as many digits. False when that would take a digit more. */
static bool step_up(char *text)
{
	for (char *p = strchr(text, 'e'); p > text; p--) {
		char *digit = p - 1;
		if (*digit >= '0' && *digit <= '8') {
			++*digit;
			return true;
		}
		if (*digit == '9')
			*digit = '0';
	}
	return false;
}

/* Does the text, or at a power of two the decimal above it, read back as the number? There the
 * doubles below stand twice as close as those above, so the nearest decimal may miss where one
 * further up does not.
 */
static bool reads_back(char *text, double number)
{
	int exponent;
	if (strtod(text, NULL) == number)
		return true;
	return frexp(number, &exponent) == 0.5 && step_up(text) && strtod(text, NULL) == number;
}

/* number is not negative. */
static struct decimal shortest(double number)
{
	char text[40];
	int precision = 0;
	/* Seventeen digits always suffice. */
	do
		(void)snprintf(text, sizeof text, "%.*e", precision, number);
	while (!reads_back(text, number) && ++precision < 17);
	struct decimal decimal = {.n = 0};
	const char *p = text;
	for (; *p != 'e'; p++)
		if (*p >= '0' && *p <= '9')
			decimal.digits[decimal.n++] = *p;
	decimal.point = (int)strtoll(p + 1, NULL, 10) + 1;
	while (decimal.n > 1 && decimal.digits[decimal.n - 1] == '0')
		decimal.n--;
	return decimal;
}

static void write_fixed(const struct decimal *decimal, const char *whole_end, char *out,
			size_t size)
{
	static const char zeros[] = "000000000000000000000";
	int n = decimal->n, point = decimal->point;
	const char *digits = decimal->digits;
	if (point <= 0)
		(void)snprintf(out, size, "0.%.*s%.*s", -point, zeros, n, digits);
	else if (point >= n)
		(void)snprintf(out, size, "%.*s%.*s%s", n, digits, point - n, zeros, whole_end);
	else
		(void)snprintf(out, size, "%.*s.%.*s", point, digits, n - point, digits + point);
}

static void format(double number, const struct notation *notation, char *out)
{
	size_t size = NUMBER_TEXT;
	if (signbit(number)) {
		*out++ = '-';
		size--;
	}
	struct decimal decimal = shortest(fabs(number));
	if (number == 0)
		decimal.point = 1;
	if (decimal.point > notation->low && decimal.point <= notation->high) {
		write_fixed(&decimal, notation->whole_end, out, size);
		return;
	}
	int exponent = decimal.point - 1;
	(void)snprintf(out, size, "%c%s%.*se%c%0*d", decimal.digits[0], decimal.n > 1 ? "." : "",
		       decimal.n - 1, decimal.digits + 1, exponent < 0 ? '-' : '+',
		       notation->exponent_digits, abs(exponent));
}

void number_format_ecma(double number, char ret_text[NUMBER_TEXT])
{
	static const struct notation ecma = {-6, 21, 1, ""};
	format(number == 0 ? 0.0 : number, &ecma, ret_text);
}

void number_format_python(double number, char ret_text[NUMBER_TEXT])
{
	static const struct notation python = {-4, 16, 2, ".0"};
	format(number, &python, ret_text);
}

void number_decimal(double number, uint64_t *ret_digits, int *ret_exponent)
{
	struct decimal decimal = shortest(fabs(number));
	*ret_digits = 0;
	for (int i = 0; i < decimal.n; i++)
		*ret_digits = *ret_digits * 10 + (uint64_t)(decimal.digits[i] - '0');
	*ret_exponent = decimal.point - decimal.n;
}
