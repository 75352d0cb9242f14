/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers and values compared as JSON Schema does: by mathematical value. See schema_private.h.
 */
#include <float.h>
#include <stdint.h>

#include "json/json.h"
#include "json/number.h"
#include "json/schema_private.h"

/* A long double must hold every 64-bit integer and every double for the comparisons to be exact. */
_Static_assert(LDBL_MANT_DIG >= 64, "long double is wide enough");

static long double exact(const json_t *number)
{
	return json_is_integer(number) ? (long double)json_integer_value(number)
				       : (long double)json_real_value(number);
}

int number_compare(const json_t *a, const json_t *b)
{
	long double x = exact(a), y = exact(b);
	return x < y ? -1 : x > y;
}

bool number_is_whole(const json_t *number)
{
	if (json_is_integer(number))
		return true;
	/* From 2^53 on doubles have no fraction. floor() would need libm, which nothing else here does. */
	const double whole = 9007199254740992.0;
	double value = json_real_value(number);
	bool large = value >= whole || value <= -whole;
	return json_is_real(number) && (large || (double)(int64_t)value == value);
}

/* Magnitude as digits * 10^exponent, as it is written in the shortest way. */
static void decimal_of(const json_t *number, uint64_t *ret_digits, int *ret_exponent)
{
	if (json_is_integer(number)) {
		json_int_t value = json_integer_value(number);
		*ret_digits = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
		*ret_exponent = 0;
	} else {
		number_decimal(json_real_value(number), ret_digits, ret_exponent);
	}
}

bool number_is_multiple(const json_t *number, const json_t *of)
{
	uint64_t digits, divisor;
	int exponent, divisor_exponent;
	decimal_of(number, &digits, &exponent);
	decimal_of(of, &divisor, &divisor_exponent);
	if (digits == 0)
		return true;
	/* digits * 10^power must be a multiple of divisor. */
	int power = exponent - divisor_exponent;
	for (; power < 0; power++) {
		if (divisor > digits / 10)
			return false;
		divisor *= 10;
	}
	unsigned __int128 rest = digits % divisor;
	for (; power > 0 && rest; power--)
		rest = rest * 10 % divisor;
	return rest == 0;
}

static bool same_objects(struct run *run, const json_t *a, const json_t *b)
{
	const char *key;
	json_t *value;
	if (json_object_size(a) != json_object_size(b))
		return false;
	json_object_foreach ((json_t *)a, key, value) {
		const json_t *other = json_object_get(b, key);
		if (!other || !json_same(run, value, other))
			return false;
	}
	return true;
}

static bool same_arrays(struct run *run, const json_t *a, const json_t *b)
{
	if (json_array_size(a) != json_array_size(b))
		return false;
	for (size_t i = 0; i < json_array_size(a); i++)
		if (!json_same(run, json_array_get(a, i), json_array_get(b, i)))
			return false;
	return true;
}

bool json_same(struct run *run, const json_t *a, const json_t *b)
{
	if (!run_spend(run, 1))
		return false;
	if (json_is_number(a) && json_is_number(b))
		return number_compare(a, b) == 0;
	if (json_is_object(a) && json_is_object(b))
		return same_objects(run, a, b);
	if (json_is_array(a) && json_is_array(b))
		return same_arrays(run, a, b);
	return json_equal(a, b);
}
