/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of siem*.c.
 */
#ifndef CAVRA_EVIDENCE_SIEM_PRIVATE_H
#define CAVRA_EVIDENCE_SIEM_PRIVATE_H

#include "evidence/siem.h"
#include "json/json.h"

enum severity {
	SEVERITY_NONE, /* there is nothing that could have one */
	SEVERITY_LOW,
	SEVERITY_MEDIUM,
	SEVERITY_HIGH,
	SEVERITY_CRITICAL,
	SEVERITIES
};
/* Of an unknown name: critical, as nobody knows better. */
enum severity severity_of(struct str name);

/* What each system calls them. */
struct severity_names {
	const char *name, *sentinel, *datadog;
	int ocsf, cef, syslog;
	const char *ocsf_name;
};
extern const struct severity_names severities[SEVERITIES];

/* A text of an object, empty when there is none. */
static inline struct str siem_text(const json_t *object, const char *key)
{
	struct str text = STR("");
	(void)json_get_str(object, key, &text);
	return text;
}

static inline json_t *siem_string(struct str text)
{
	return json_stringn(text.p, text.n);
}

/* Microseconds since 1970: of the decision, else of the event. */
int64_t siem_time(const json_t *event, const json_t *decision);

/* What a decision is about: the effect that decided, else the action. */
enum siem_kind {
	KIND_FILE_READ,
	KIND_FILE_WRITE,
	KIND_FILE_DELETE,
	KIND_PROCESS,
	KIND_NETWORK,
	KIND_API,
};
struct siem_subject {
	enum siem_kind kind;
	struct str target;
};
struct siem_subject siem_subject(const json_t *decision);
/* Of a URL or host:port; empty when there is none. */
struct str siem_host(struct str target);

/* One entry about a decision. NULL without memory. */
json_t *siem_ocsf(const json_t *event, const json_t *decision);
void siem_cef(const json_t *event, const json_t *decision, struct buf *out);

#endif
