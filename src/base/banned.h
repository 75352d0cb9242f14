/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions that do not compile here. Included by the build in front of every file of src/.
 */
#ifndef CAVRA_BASE_BANNED_H
#define CAVRA_BASE_BANNED_H

#include <alloca.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Some are macros when _FORTIFY_SOURCE is on, and a macro cannot be poisoned. */
#undef strcpy
#undef strcat
#undef sprintf
#undef vsprintf
#undef gets
#undef scanf
#undef sscanf
#undef fscanf
#undef alloca
#pragma GCC poison strcpy strcat sprintf vsprintf strtok atoi atol atof strtol gets scanf sscanf \
	fscanf gmtime localtime alloca

#endif
