/* SPDX-License-Identifier: Apache-2.0
 *
 * The end of recording in a program that can sign, see recorder.h.
 */
#include "cli/recorder.h"
#include "ledger/checkpoint_make.h"

int recorder_finish(struct recorder *recorder, struct cavra_error *error)
{
	struct ledger_checkpoint checkpoint;
	int code = recorder_settle(recorder, error);
	if (code < 0 || !recorder->writer.must_sign)
		return code;
	code = ledger_checkpoint_make(recorder->directory, &checkpoint, error);
	if (code == 0)
		ledger_checkpoint_release(&checkpoint);
	return code;
}
