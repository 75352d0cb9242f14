/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of src/crypto: how OpenSSL is started.
 */
#ifndef CAVRA_CRYPTO_LIBRARY_H
#define CAVRA_CRYPTO_LIBRARY_H

#include <openssl/crypto.h>

/* Without its configuration file, which the environment can name and which can bring code of its own: what verifies policies
 * does not depend on who starts it.
 */
static inline void crypto_library_start(void)
{
	(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
}

#endif
