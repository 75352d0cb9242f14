/* SPDX-License-Identifier: Apache-2.0
 *
 * Starting OpenSSL, see start.h.
 */
#include "crypto/start.h"

#include "crypto/library.h"

void crypto_start(void)
{
	crypto_library_start();
}
