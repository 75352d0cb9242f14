/* SPDX-License-Identifier: Apache-2.0
 *
 * A decision as one line of ArcSight's Common Event Format in a syslog message (RFC 5424), see siem.h.
 */
#include <stdint.h>

#include <cavra/cavra.h>

#include "base/utf8.h"
#include "base/when.h"
#include "evidence/siem_private.h"

enum { FACILITY = 16 /* local0 */, LONGEST_NAME = 500, LONGEST_VALUE = 1000 };

/* As much as there is room for, not cut inside a character. */
static struct str fit(struct str text, size_t most)
{
	if (text.n <= most)
		return text;
	while (most && ((unsigned char)text.p[most] & 0xc0) == 0x80)
		most--;
	return str_first(text, most);
}

/* In the header "|" ends a field and a line break has no escape; in the extension "=" ends a key. */
static void add_escaped(struct buf *out, struct str text, bool extension)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		if (c == '\\' || c == (extension ? '=' : '|')) {
			buf_add_char(out, '\\');
			buf_add_char(out, c);
		} else if (extension && (c == '\n' || c == '\r')) {
			buf_add_c(out, c == '\n' ? "\\n" : "\\r");
		} else {
			buf_add_char(out, (unsigned char)c < ' ' || c == 0x7f ? ' ' : c);
		}
	}
}

static void add_value(struct buf *out, const char *key, struct str value)
{
	if (!value.n)
		return;
	buf_add_format(out, " %s=", key);
	add_escaped(out, fit(value, LONGEST_VALUE), true);
	if (value.n > LONGEST_VALUE)
		buf_add_c(out, "...");
}

static void add_labelled(struct buf *out, const char *key, const char *label, struct str value)
{
	if (!value.n)
		return;
	buf_add_format(out, " %sLabel=%s", key, label);
	add_value(out, key, value);
}

static void add_subject(struct buf *out, const json_t *decision)
{
	struct siem_subject subject = siem_subject(decision);
	switch (subject.kind) {
	case KIND_FILE_READ:
	case KIND_FILE_WRITE:
	case KIND_FILE_DELETE:
		add_value(out, "filePath", subject.target);
		return;
	case KIND_NETWORK:
		add_value(out, "dhost", siem_host(subject.target));
		add_value(out, "request", subject.target);
		return;
	case KIND_PROCESS:
	case KIND_API:
		add_labelled(out, "cs5", "target", subject.target);
	}
}

/* "2026-01-31T23:59:59.000001+00:00" with the Z that syslog wants. */
static void add_time(struct buf *out, int64_t when)
{
	char text[WHEN_TEXT];
	when_format(when, text);
	struct str time = str_from(text);
	size_t plus = str_find_char(time, '+');
	buf_add(out, str_first(time, plus == STR_NPOS ? time.n : plus));
	buf_add_char(out, 'Z');
}

void siem_cef(const json_t *event, const json_t *decision, struct buf *out)
{
	const struct severity_names *severity =
		&severities[severity_of(siem_text(decision, "severity"))];
	int64_t when = siem_time(event, decision);
	struct str rule = siem_text(decision, "rule_id"), reason = siem_text(decision, "reason");
	buf_add_format(out, "<%d>1 ", FACILITY * 8 + severity->syslog);
	add_time(out, when);
	buf_add_c(out, " - cavra - decision - CEF:0|CAVRA|CAVRA|" CAVRA_VERSION "|");
	add_escaped(out, fit(rule.n ? rule : STR("unknown"), LONGEST_NAME), false);
	buf_add_char(out, '|');
	add_escaped(out, fit(reason.n ? reason : siem_text(decision, "decision"), LONGEST_NAME),
		    false);
	buf_add_format(out, "|%d|rt=%lld", severity->cef, (long long)(when / 1000));
	add_value(out, "act", siem_text(decision, "decision"));
	add_value(out, "cat", siem_text(decision, "action_type"));
	add_value(out, "externalId", siem_text(decision, "decision_id"));
	add_value(out, "suser", siem_text(decision, "actor"));
	add_value(out, "sproc", siem_text(decision, "agent_id"));
	add_labelled(out, "cs1", "session", siem_text(event, "session_id"));
	add_labelled(out, "cs2", "policy", siem_text(decision, "policy_id"));
	add_labelled(out, "cs3", "mode", siem_text(decision, "mode"));
	add_labelled(out, "cs4", "approverGroup", siem_text(decision, "approver_group"));
	add_subject(out, decision);
	add_value(out, "msg", reason);
	buf_add_char(out, '\n');
}
