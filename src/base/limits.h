/* SPDX-License-Identifier: Apache-2.0
 *
 * Every cap on untrusted size, in one place. What meets a cap ends as an error or as "cannot tell",
 * never as something dropped. Each is tested at the cap and one above.
 */
#ifndef CAVRA_BASE_LIMITS_H
#define CAVRA_BASE_LIMITS_H

#include <stddef.h>

#define KiB(n) ((size_t)1024 * (n))
#define MiB(n) ((size_t)1024 * 1024 * (n))

enum {
	LIMIT_JSON_DEPTH = 64,        /* nesting of any JSON or YAML document */
	LIMIT_SHELL_DEPTH = 100,      /* nesting of shell constructs, also through sh -c and eval */
	LIMIT_SHELL_ALTERNATIVES = 8, /* values a variable may hold before it is unknown */
	LIMIT_SHELL_REPLAYS = 16,     /* combinations of alternatives tried for one command */
	LIMIT_SHELL_VARIABLES = 256,  /* variables tracked; further ones are unknown */
	LIMIT_SHELL_UNROLL = 64,      /* words of a for loop that are run one by one */
	LIMIT_SHELL_CALL_DEPTH = 24,  /* functions inlined in functions */
	LIMIT_SHELL_COMMANDS = 10000, /* commands found in one text; more is opaque */
	LIMIT_SHELL_BRACE_WORDS = 1024, /* words made by brace expansion in one command */
	LIMIT_LINK_HOPS = 40,           /* symbolic links followed in one path, as Linux does */
	LIMIT_POLICY_RULES = 100000,    /* patterns and rules of one compiled policy */
	LIMIT_POLICY_PACKS = 64,        /* documents that one policy is made of */
	LIMIT_POLICY_LAYERS = 6,        /* policies in force at once */
	LIMIT_POLICY_INPUTS = 128,      /* files that a policy is made of, or would be */
	LIMIT_IMAGES = 64,              /* compiled policies that are kept in one directory */
	LIMIT_POLICY_MISTAKES = 100,    /* that are told at once; the rest when these are mended */
	LIMIT_POLICY_ID = 100,          /* bytes of a pack id */
	LIMIT_PATTERN_BYTES = 1024,     /* one pattern */
	LIMIT_SEARCH_WALK = 50000,      /* directory entries looked at to see what a search opens */
	LIMIT_SAME_FILE_WALK =
		20000, /* directory entries looked at for the other names of a file */
	LIMIT_PATTERN_STATES = 10000, /* a regular expression, its repetitions written out */
	LIMIT_SCHEMA_NAMES = 1000,    /* $id and $anchor in one schema */
	LIMIT_SCHEMA_DEPTH =
		256,          /* schemas inside and behind each other, also through references */
	LIMIT_FINDINGS = 256, /* findings listed; the strictest is always among them */
	LIMIT_EFFECTS = 512,  /* effects listed */
	LIMIT_COMMAND_NESTING = 40, /* commands inside commands: sudo env xargs sh -c ... */
	LIMIT_CODE_TOKENS = 50000,  /* of program text in other languages; more is not understood */
	LIMIT_MCP_STRINGS = 2000,   /* strings in the arguments of a tool call that are looked at */
	LIMIT_PATCH_NAMES = 2000,   /* names in a patch on the standard input that are looked at */
	LIMIT_CODE_DEPTH = 8,       /* program text inside program text */
	LIMIT_SUGGESTIONS = 4096,   /* different questions, and patterns for them */
	LIMIT_REPLAY_KEYS = 1000,  /* rules and repositories counted apart; further ones together */
	LIMIT_TREE_NAMES = 5000,   /* files of a directory tree that are looked at one by one */
	LIMIT_FOUND_NAMES = 20000, /* the same where only some of them are */
	LIMIT_PARTLY_NAME =
		4096, /* bytes and parts of a partly known name; a longer one may be any */
	LIMIT_SECRET_BYTES = 4096,      /* a key, a passphrase */
	LIMIT_SIGNATURE_TEXT = 256,     /* bytes of a name in a signature */
	LIMIT_TRUST_KEYS = 256,         /* public keys in a trust directory */
	LIMIT_RECORD_TEXT = 1000,       /* bytes of a text in a record of a repository or rollout */
	LIMIT_RECORD_TEXTS = 1000,      /* texts in a list of one */
	LIMIT_READINESS_PROBLEMS = 100, /* of one check of a packet that are listed */
	LIMIT_REFERENCE_BYTES = 1024,   /* a reference in a packet */
	LIMIT_DSSE_SIGNATURES = 100,    /* of one envelope */
	LIMIT_HTTP_URL = 4096,          /* bytes of a URL that is asked */
	LIMIT_HTTP_HEADER = 8192,       /* of one header that is sent */
	LIMIT_NOTE_SIGNATURES = 100,    /* of one signed note */
	LIMIT_NOTE_LINE = 8192,         /* bytes of a signature line of one */
	LIMIT_SESSIONS = 50000,         /* told at once */
	LIMIT_SESSION_REFS = 1000,      /* references to evidence of one, when sessions are told */
	LIMIT_SESSION_ID_BYTES = 256,   /* of an entry of the ledger */
	LIMIT_LEDGER_ENTRY_BYTES =
		65535,                   /* one line, which the format of tiles counts in 16 bits */
	LIMIT_LEDGER_FRAME_BYTES = 4096, /* of it, everything but the body */
	LIMIT_TORN_LINES = 1000,         /* that a crash left at its end; more is damage */
	LIMIT_LEDGER_GROUP = 64,         /* entries that are written at once */
	LIMIT_LEDGER_KEYS = 64,          /* keys that one ledger names to sign with */
	LIMIT_LEDGER_REPORT =
		100, /* errors, findings, checkpoints each that a verification lists */
};

#define LIMIT_JSON_NODES 500000     /* values in one JSON or YAML document */
#define LIMIT_DOCUMENT_BYTES MiB(8) /* a policy file, a settings file */
#define LIMIT_SESSION_BYTES \
	MiB(32)                    /* lines of the ledger that are one session, when that is told */
#define LIMIT_IMAGE_BYTES MiB(64)  /* a compiled policy in a file */
#define LIMIT_STORE_VALUE MiB(8)   /* one value in a database */
#define LIMIT_HTTP_HEADERS KiB(64) /* of all headers of a request or an answer */
#define LIMIT_SIGNATURE_BYTES KiB(256) /* a signature file */
#define LIMIT_NOTE_BYTES KiB(256)      /* a signed note: a checkpoint of a log */
#define LIMIT_SEGMENT_BYTES MiB(64)    /* a file of the ledger, then the next one begins */
#define LIMIT_TORN_BYTES MiB(8)    /* that a crash left at the end of the ledger; more is damage */
#define LIMIT_EXPORT_BYTES MiB(64) /* one file for a SIEM */
#define LIMIT_REQUEST_BYTES MiB(4) /* a hook payload, a line of a batch */
#define LIMIT_COMMAND_BYTES \
	KiB(128) /* a command line: what Linux takes as one argument; longer is opaque */
#define LIMIT_SHELL_WORK 400000        /* steps of one shell analysis; more is opaque */
#define LIMIT_SCHEMA_MEMORY MiB(64)    /* one compiled schema */
#define LIMIT_SCHEMA_WORK 50000000     /* steps of one validation; more is an error */
#define LIMIT_DECISION_MEMORY MiB(128) /* one decision */
#define LIMIT_POLICY_MEMORY MiB(256)   /* one compilation */
#define LIMIT_CODE_BYTES KiB(256)   /* of program text in other languages; more is not understood */
#define LIMIT_SCRIPT_BYTES KiB(256) /* a script file that is read to see what it runs */

#endif
