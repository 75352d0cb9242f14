/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of migrations, see migrations.h.
 */
#include "base/array.h"
#include "store/migrations.h"

/* What is on record is not written again: the database itself refuses it, whoever asks.
 * created_us orders what texts of one moment with and without a fraction would not.
 */
static const char evidence_metadata[] =
	"CREATE TABLE evidence_metadata ("
	" session_id TEXT NOT NULL PRIMARY KEY,"
	" metadata_kind TEXT NOT NULL,"
	" created_at TEXT NOT NULL,"
	" created_us INTEGER NOT NULL,"
	" signer TEXT NOT NULL,"
	" decision_count INTEGER NOT NULL CHECK (decision_count >= 0),"
	" blocked_count INTEGER NOT NULL CHECK (blocked_count >= 0),"
	" approval_required_count INTEGER NOT NULL CHECK (approval_required_count >= 0),"
	" verification TEXT NOT NULL CHECK (verification IN ('verified', 'integrity_only')),"
	" key_id TEXT,"
	" manifest_sha256 TEXT NOT NULL CHECK (length(manifest_sha256) = 64),"
	" indexed_at TEXT NOT NULL,"
	" payload TEXT NOT NULL"
	") STRICT;"
	"CREATE INDEX idx_evidence_metadata_created_us"
	" ON evidence_metadata (created_us DESC, session_id);"
	"CREATE INDEX idx_evidence_metadata_signer ON evidence_metadata (signer);"
	"CREATE INDEX idx_evidence_metadata_blocked_count ON evidence_metadata (blocked_count);"
	"CREATE TRIGGER evidence_metadata_no_update BEFORE UPDATE ON evidence_metadata"
	" BEGIN SELECT RAISE(ABORT, 'what is indexed is not changed'); END;"
	"CREATE TRIGGER evidence_metadata_no_delete BEFORE DELETE ON evidence_metadata"
	" BEGIN SELECT RAISE(ABORT, 'what is indexed is not deleted'); END;";

/* clang-format off */
const struct migration migrations[] = {
	{1, "evidence_metadata", evidence_metadata},
};
/* clang-format on */
const size_t migrations_count = ARRAY_SIZE(migrations);
