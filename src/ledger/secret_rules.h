/* SPDX-License-Identifier: Apache-2.0
 *
 * What a secret looks like: the tables that tools/gen-secrets makes of data/secrets.yaml. Texts are offsets into one
 * array, so that a program that is loaded for one decision has nothing to relocate.
 */
#ifndef CAVRA_LEDGER_SECRET_RULES_H
#define CAVRA_LEDGER_SECRET_RULES_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* Kinds of bytes; what a shape calls them stands beside them. */
enum secret_class {
	BYTE_DIGIT = 1 << 0,    /* digit */
	BYTE_HEX = 1 << 1,      /* hex: lower case */
	BYTE_XDIGIT = 1 << 2,   /* xdigit: either case */
	BYTE_UPPER = 1 << 3,    /* upper: A-Z 0-9 */
	BYTE_LOWER = 1 << 4,    /* lower: a-z 0-9 */
	BYTE_ALNUM = 1 << 5,    /* alnum */
	BYTE_WORD = 1 << 6,     /* word: alnum _ */
	BYTE_URL64 = 1 << 7,    /* url64: alnum _ - */
	BYTE_BASE64 = 1 << 8,   /* base64: alnum + / */
	BYTE_TOKEN = 1 << 9,    /* token: alnum . _ - ~ + / = % */
	BYTE_TEXT = 1 << 10,    /* text: printable, no blanks, no quotes */
	BYTE_NAME = 1 << 11,    /* alnum _ - . : what names are made of */
	BYTE_SPECIAL = 1 << 12, /* where the scanner has to look again */
	BYTE_BEFORE = 1 << 13,  /* may stand in front of a word of a command */
	BYTE_AFTER = 1 << 14,   /* may stand behind one */
};
enum { BYTE_CLASSES = 11 }; /* that shapes name */

/* One step of a shape: these bytes (n > 0), or as many bytes of a class as there are, if they are min to max. */
struct secret_step {
	uint16_t text, n;
	uint16_t class, min, max;
};

enum secret_needs { NEEDS_DIGIT = 1, NEEDS_UPPER = 2, NEEDS_LOWER = 4 };

/* A secret that is known by how it looks. A shape starts with bytes, except when it is looked for near something. */
struct secret_shape {
	uint16_t rule;
	uint16_t step;
	uint8_t n_steps;
	uint8_t from, to;      /* of its steps are the secret */
	uint8_t needs;         /* enum secret_needs: of the bytes of the secret */
	uint16_t before_class; /* 0: nothing is asked of what stands in front */
	uint8_t before,
		before_byte; /* that many of the class, then this byte unless 0, also part of the secret */
	uint16_t opens; /* bits: what it makes likely near it */
	uint16_t near;  /* one of them must have been opened */
	bool word;      /* a keyword, not a secret */
};

enum secret_strength {
	NAME_ANY,    /* passwords: whatever is given */
	NAME_RANDOM, /* keys and tokens: where the form may be prose or code, it must look like one */
	NAME_WEAK,   /* names that mean other things too: it must look like a key everywhere */
	NAME_HEADER, /* a header whose value is a scheme and a secret */
	NAME_COOKIE, /* a header that holds pairs */
	NAME_HOLDER, /* its value is a name, whose value follows */
	NAME_VALUE,  /* and this is it */
	NAME_NONE,   /* looks like one of the above and is none */
};
struct secret_name {
	uint16_t text, n; /* lower case, without separators */
	uint16_t rule;
	uint8_t strength;
	uint8_t min;   /* length of the value */
	bool anywhere; /* also as the end of a longer word */
};

enum secret_form {
	FORM_VALUE, /* all of it */
	FORM_PAIR,  /* user:secret; without the colon there is none */
	FORM_PASS,  /* pass:secret, as OpenSSL has it */
	FORM_LOGON, /* user/secret, or user%secret */
};
struct secret_option {
	uint16_t text, n, rule;
	uint8_t form;
	bool attached, separate;
};
struct secret_program {
	uint16_t text, n;
	uint16_t after, after_n; /* a word that must have followed; 0: none */
	uint16_t option, n_options;
	bool settings; /* NAME VALUE are two words */
};

enum secret_words {
	WORDS_PLACEHOLDER,
	WORDS_START,
	WORDS_PROSE,
	WORDS_OBJECT,
	WORDS_TAIL,
	WORDS_ENDING,
	WORDS_SCHEME,
	WORDS_STDIN,
	WORDS_KINDS
};
struct secret_word {
	uint16_t text, n;
};

/* Found without the table of addresses that a shared library has. */
#pragma GCC visibility push(hidden)
extern const char secret_texts[];
extern const uint16_t secret_rule_names[];
extern const size_t secret_rules_count;
extern const struct secret_step secret_steps[];
extern const struct secret_shape secret_shapes[];
/* Of each shape its first bytes, at most four, the first one lowest. */
struct secret_key {
	uint32_t key, mask;
};
extern const struct secret_key secret_shape_keys[];
extern const uint16_t secret_shapes_first[257];  /* by first byte */
extern const uint64_t secret_shapes_second[256]; /* which second bytes, as 1 << (byte & 63) */
extern const uint16_t secret_shapes_near, secret_shapes_count; /* those without a first byte */
extern const struct secret_name secret_names[];
extern const uint16_t secret_names_last[257]; /* by last byte */
/* Bits at secret_name_hash() of the last three letters of every name and every tail; of those with fewer, which letters
 * stand in front of the last one, as 1 << (letter & 63).
 */
extern const uint64_t secret_name_ends[32], secret_name_short[256];
extern const struct secret_program secret_programs[];
extern const uint16_t secret_programs_first[257]; /* by secret_program_bucket() */
extern const struct secret_option secret_options[];
extern const struct secret_word secret_words[];
extern const uint16_t secret_words_from[WORDS_KINDS + 1];
extern const uint16_t secret_rule_password, secret_rule_block, secret_rule_bearer, secret_rule_url;

/* enum secret_class of each byte. */
extern const uint16_t secret_bytes[256];
#pragma GCC visibility pop

static inline unsigned secret_name_hash(char third, char second, char last)
{
	return ((unsigned char)third * 5U + (unsigned char)second * 37U +
		(unsigned char)last * 331U) &
	       2047;
}

static inline unsigned secret_program_bucket(struct str name)
{
	return ((unsigned char)name.p[0] * 7U + (unsigned char)name.p[name.n - 1] * 3U +
		(unsigned)name.n * 31U) &
	       255;
}

static inline struct str secret_text(uint16_t at, uint16_t n)
{
	return str_make(secret_texts + at, n);
}

static inline bool byte_is(char c, unsigned classes)
{
	return secret_bytes[(unsigned char)c] & classes;
}

#endif
