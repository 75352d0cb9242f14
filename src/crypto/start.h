/* SPDX-License-Identifier: Apache-2.0
 *
 * For whoever uses another library that uses OpenSSL.
 */
#ifndef CAVRA_CRYPTO_START_H
#define CAVRA_CRYPTO_START_H

/* Starts OpenSSL as this program uses it: without its configuration file, which the environment can name and which can bring
 * code of its own. Only who comes first has a say, so call it before the other library starts.
 */
void crypto_start(void);

#endif
