/* SPDX-License-Identifier: Apache-2.0
 *
 * Plain Python programs. Private to code_python*.c and code_import.c. The lists end in NULL.
 */
#ifndef CAVRA_DECIDE_CODE_PYTHON_H
#define CAVRA_DECIDE_CODE_PYTHON_H

#include "decide/code_token.h"

extern const char *const python_keywords[];
extern const char *const python_builtins[];
extern const char *const python_forbidden[];
extern const char *const python_modules[];
extern const char *const python_attributes[];
extern const char *const python_library[];

/* ---- code_import.c ---- */

/* Would the interpreter, started where the code runs, load its own library and nothing else? Notes that code_finish()
 * must look at what else the request does.
 */
bool python_library_is_safe(struct code *code);

#endif
