/* SPDX-License-Identifier: Apache-2.0
 *
 * What starting any program costs: the baseline of bench_hook.
 */
int main(void)
{
	return 0;
}
