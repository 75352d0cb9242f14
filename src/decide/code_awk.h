/* SPDX-License-Identifier: Apache-2.0
 *
 * Tokens of awk programs. Private to code_awk.c and code_awk_token.c.
 */
#ifndef CAVRA_DECIDE_CODE_AWK_H
#define CAVRA_DECIDE_CODE_AWK_H

#include "decide/code.h"

enum awk_kind { AWK_END, AWK_NEWLINE, AWK_NAME, AWK_NUMBER, AWK_STRING, AWK_REGEX, AWK_SIGN };

struct awk_token {
	enum awk_kind kind;
	bool condition;  /* the ")" behind if, while, for, switch */
	struct str text; /* of a string: what stands between the quotes */
};

struct awk {
	struct code *code;
	bool brackets; /* a slash inside [...] belongs to the regular expression */
	bool unsure;   /* implementations may read the program in different ways */
	bool refused;  /* no implementation runs the program */
	bool differs;  /* it depends on `brackets` how */
	struct awk_token *tokens;
	size_t n, cap;
};

/* Splits awk->code->text. Newlines that awk ignores are left out. */
void awk_tokens(struct awk *awk);
/* What a string stands for; false when that depends on the implementation. */
bool awk_decode(struct awk *awk, struct str raw, struct str *ret_text);

#endif
