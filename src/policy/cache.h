/* SPDX-License-Identifier: Apache-2.0
 *
 * Compiled policies kept as images (image.h) in a directory, for programs that live for one decision.
 *
 * An image stands for its sources only as long as nobody can tell the two apart:
 *  - it was compiled by this very build of the program, for the same request;
 *  - every file that it was made of still has the same bytes, and files that were not there still are not;
 *  - it belongs to the owner of all these files or to root, and nobody else can write it or its directory: who
 *    could have forged the image could have changed the policy.
 * Anything else, damage included, and the policy is loaded from its sources as if there were no image.
 */
#ifndef CAVRA_POLICY_CACHE_H
#define CAVRA_POLICY_CACHE_H

#include "policy/policy.h"

/* As policy_load() (policy.h), through an image in the directory where there is one that counts; else leaves one there when it
 * can, making the directory and its parent when they are missing. NULL: without images. A policy from an image has no
 * document.
 */
int policy_load_kept(const char *directory, const struct policy_source *source,
		     const struct load_request *request, struct policy **ret_policy,
		     struct cavra_error *error);

#endif
