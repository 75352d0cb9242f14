/* SPDX-License-Identifier: Apache-2.0
 *
 * File effects: every name a path goes by, and what the file rules say to them.
 */
#include "base/glob.h"
#include "base/limits.h"
#include "decide/found.h"
#include "decide/paths.h"

enum { NAMES_MAX = 48 };

struct names {
	struct value items[NAMES_MAX];
	size_t n;
	bool overflow;
	bool inside; /* some name of it is inside the workspace */
	bool outside;
	bool unknown;
};

static void add_name(struct names *names, struct value v)
{
	for (size_t i = 0; i < names->n; i++)
		if (value_eq(names->items[i], v))
			return;
	if (names->n == NAMES_MAX)
		names->overflow = true;
	else
		names->items[names->n++] = v;
}

static bool in_temporary(const struct decider *d, struct str path)
{
	struct str tmp = d->resolver->tmpdir.n ? d->resolver->tmpdir : STR("/tmp");
	return path_inside(path, tmp) || path_inside(path, STR("/tmp")) ||
	       path_inside(path, STR("/var/tmp"));
}

static bool is_outside(const struct decider *d, struct str path)
{
	if (!d->workspace.n)
		return path.n && path.p[0] == '/' && !in_temporary(d, path);
	return !path_inside(path, d->workspace) && !in_temporary(d, path);
}

static void add_known_name(struct decider *d, struct names *names, struct str path)
{
	add_name(names, value_from(d->arena, path));
	names->inside |= path_inside(path, d->workspace);
	if (path_inside(path, d->workspace))
		add_name(names, value_from(d->arena, path_relative(path, d->workspace)));
	/* Home directory rules are written with "~". */
	if (d->resolver->home.n && path_inside(path, d->resolver->home)) {
		struct str rest = path_relative(path, d->resolver->home);
		add_name(names, value_from(d->arena, arena_join(d->arena, STR("~/"), rest)));
	}
}

static void add_known_path(struct decider *d, struct names *names, struct str path)
{
	struct str *others = NULL;
	size_t n = 0;
	add_known_name(d, names, path);
	d->unresolved = false;
	struct str real = path_resolve(d, path);
	bool unknown = d->unresolved;
	if (!str_eq(real, path))
		add_known_name(d, names, real);
	names->outside |= is_outside(d, real);
	if (d->resolver->same_file)
		unknown |= d->resolver->same_file(d->resolver->context, d->arena, real, &others,
						  &n) == RESOLVED_UNKNOWN;
	for (size_t i = 0; i < n; i++)
		add_known_name(d, names, others[i]);
	if (unknown) {
		names->unknown = true;
		add_name(names, value_any());
	}
}

static void add_below_workspace(struct decider *d, struct names *names, struct str dir,
				struct value rest)
{
	if (!path_inside(dir, d->workspace))
		return;
	struct str relative = str_from_at(dir, d->workspace.n + 1);
	struct str start = value_known_prefix(d->arena, rest);
	/* The slash goes with the workspace. */
	struct value whole = value_concat(d->arena, value_from(d->arena, relative), rest);
	if (!relative.n) {
		size_t from = 0;
		while (from < rest.n && rest.seg[from].kind == SEG_TEXT)
			from++;
		whole = value_concat(d->arena, value_from(d->arena, str_from_at(start, 1)),
				     (struct value){rest.seg + from, rest.n - from});
	}
	add_name(names, whole);
}

static void add_unknown_path(struct decider *d, struct names *names, struct value path)
{
	struct value rest;
	struct str dir = path_known_directory(d, path, &rest);
	names->unknown = true;
	add_name(names, path);
	if (!dir.n || dir.p[0] != '/') {
		names->outside = true;
		return;
	}
	struct str real = path_resolve(d, dir);
	names->outside |= is_outside(d, real);
	add_below_workspace(d, names, dir, rest);
	if (str_eq(real, dir))
		return;
	add_name(names,
		 value_concat(d->arena, value_from(d->arena, real.n > 1 ? real : STR("")), rest));
	add_below_workspace(d, names, real, rest);
}

static void collect_names(struct decider *d, struct names *names, struct value path,
			  const struct scope *scope)
{
	struct value last = {NULL, 0};
	for (size_t i = 0; i < scope->n_cwds; i++) {
		struct value canonical = path_canonical(d, path, scope->cwds[i]);
		if (i && value_eq(canonical, last))
			continue;
		last = canonical;
		if (value_is_known(canonical))
			add_known_path(d, names, value_text(d->arena, canonical));
		else
			add_unknown_path(d, names, canonical);
	}
	if (value_is_known(path)) {
		struct str text = value_text(d->arena, path);
		while (text.n > 2 && str_starts(text, STR("./")))
			text = str_from_at(text, 2);
		if (text.n)
			add_name(names, value_from(d->arena, text));
	}
}

/* ---- other spellings ---- */

static int hex_value(char c)
{
	if (ascii_is_digit(c))
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool looks_odd(struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		if (c < 0x20 || c > 0x7e || c == '\\' || c == '%' || c == ':')
			return true;
	}
	char last = text.n ? text.p[text.n - 1] : 0, first = text.n ? text.p[0] : 0;
	return last == ' ' || last == '.' || first == ' ' || str_find(text, STR(" /")) != STR_NPOS;
}

/* One character of a spelling that another program or file system might take for `*ret`. Returns its length; *ret is 0 for a
 * character that vanishes.
 */
static size_t plain_character(struct str rest, bool decode, char *ret)
{
	const unsigned char *p = (const unsigned char *)rest.p;
	*ret = rest.p[0];
	if (p[0] == '\\') {
		*ret = '/';
		return 1;
	}
	if (p[0] == '%' && decode && rest.n > 2 && hex_value(rest.p[1]) >= 0 &&
	    hex_value(rest.p[2]) >= 0) {
		*ret = (char)(hex_value(rest.p[1]) * 16 + hex_value(rest.p[2]));
		return 3;
	}
	if (rest.n > 2 && p[0] == 0xef && p[1] == 0xbc && p[2] >= 0x81) { /* U+FF01 to U+FF3F */
		*ret = (char)(p[2] - 0x81 + '!');
		return 3;
	}
	if (rest.n > 2 && p[0] == 0xef && p[1] == 0xbd && p[2] >= 0x80 &&
	    p[2] <= 0x9e) { /* U+FF40 to U+FF5E */
		*ret = (char)(p[2] - 0x80 + '`');
		return 3;
	}
	bool joiner = rest.n > 2 && p[0] == 0xe2 && p[1] == 0x80 && (p[2] >= 0x8b && p[2] <= 0x8f);
	bool mark = rest.n > 2 && ((p[0] == 0xe2 && p[1] == 0x81 && p[2] >= 0xa0 && p[2] <= 0xaf) ||
				   (p[0] == 0xef && p[1] == 0xbb && p[2] == 0xbf));
	if (joiner || mark) {
		*ret = 0;
		return 3;
	}
	return 1;
}

/* What the name becomes on a forgiving file system or behind a forgiving program: full-width and invisible characters,
 * backslashes, percent escapes, streams, blanks and dots at the end. Empty when it stays as it is.
 */
static struct str plain_spelling(struct decider *d, struct str text)
{
	if (!looks_odd(text))
		return STR("");
	struct str before = text;
	bool url = text.n > 5 && str_eq_nocase(str_first(text, 5), STR("file:"));
	if (url) {
		text = str_from_at(text, 5);
		if (str_starts(text, STR("//"))) {
			size_t slash = str_find_char(str_from_at(text, 2), '/');
			text = slash == STR_NPOS ? STR("") : str_from_at(text, 2 + slash);
		}
	}
	char *out = arena_alloc(d->arena, text.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < text.n;) {
		char c;
		i += plain_character(str_from_at(text, i), true, &c);
		if (c == 0 && i <= text.n && text.p[i - 1] == 0)
			break; /* a C string ends here */
		if (c)
			out[n++] = c;
	}
	struct str plain = str_make(out, n);
	if (str_starts(plain, STR("//?/")) || str_starts(plain, STR("//./")))
		plain = str_from_at(plain, 4);
	if (plain.n > 2 && ascii_is_alpha(plain.p[0]) && plain.p[1] == ':' && plain.p[2] == '/')
		plain = str_from_at(plain, 2);
	size_t stream = str_find_char(plain, ':');
	if (stream != STR_NPOS && stream > 0)
		plain = str_first(plain, stream);
	while (plain.n > 1 && (plain.p[plain.n - 1] == ' ' ||
			       (plain.p[plain.n - 1] == '.' && plain.p[plain.n - 2] != '.' &&
				plain.p[plain.n - 2] != '/')))
		plain.n--;
	plain = str_trim(plain);
	return str_eq(plain, before) ? STR("") : plain;
}

/* ---- rules ---- */

struct file_rule {
	enum policy_list_id list;
	enum cavra_outcome decision;
	const char *rule_id;
	const char *group; /* NULL: none */
	const char *reason;
};

static const struct file_rule read_rules[] = {
	{LIST_FILES_BLOCK_READ, CAVRA_BLOCK, "filesystem.read.block", NULL,
	 "reads a sensitive path"},
};

static const struct file_rule write_rules[] = {
	{LIST_FILES_BLOCK_WRITE, CAVRA_BLOCK, "filesystem.write.block", NULL,
	 "writes a protected path"},
	{LIST_FILES_APPROVE_WRITE, CAVRA_REQUIRE_APPROVAL, "filesystem.write.require_approval",
	 "Platform Security", "writes a path that needs approval"},
};

static void report(struct decider *d, const struct effect *effect, const struct file_rule *rule,
		   const struct match_result *hit)
{
	bool must = hit->match == MATCH_MUST;
	enum cavra_outcome decision = must ? rule->decision : CAVRA_REQUIRE_APPROVAL;
	struct finding *finding = finding_add(d, effect, decision, CAVRA_HIGH, rule->rule_id);
	finding->certainty = hit->match;
	finding->pattern = hit->pattern;
	if (rule->group)
		finding->approver_group = str_from(rule->group);
	else if (!must)
		finding->approver_group = STR("Platform Security");
	if (must)
		finding->reason = arena_printf(d->arena, "%s, %.*s: %.*s", rule->reason,
					       STR_ARG(effect->shown), STR_ARG(hit->pattern));
	else
		finding->reason = arena_printf(
			d->arena, "perhaps %s, which depends on what %.*s stands for: %.*s",
			rule->reason, STR_ARG(effect->shown), STR_ARG(hit->pattern));
}

struct asked {
	bool writes;
	bool deletes;
	bool tree;
	bool perhaps;                      /* at most MATCH_MAY */
	const struct selection *selection; /* of a tree; NULL: all of it */
};

static unsigned apply_rules(struct decider *d, const struct effect *effect,
			    const struct names *names, struct asked asked)
{
	/* Write rules are about the repository: what else a tree elsewhere may hold is none of it. */
	if (asked.writes && d->workspace.n && !names->inside && !names->unknown)
		asked.tree = false;
	const struct file_rule *rules = asked.writes ? write_rules : read_rules;
	size_t n = asked.writes ? sizeof write_rules / sizeof *write_rules
				: sizeof read_rules / sizeof *read_rules;
	for (size_t i = 0; i < n; i++) {
		struct match_result hit = path_match(d->policy->list[rules[i].list], names->items,
						     names->n, asked.tree, d->arena);
		if (hit.match == MATCH_NO)
			continue;
		if (asked.perhaps)
			hit.match = MATCH_MAY;
		report(d, effect, &rules[i], &hit);
		return FILE_FOUND;
	}
	return 0;
}

static unsigned apply_protection(struct decider *d, const struct effect *effect,
				 const struct names *names, struct asked asked)
{
	const char *what = NULL;
	enum match match = protected_path(d, names->items, names->n, asked.tree, &what);
	if (match == MATCH_NO)
		return 0;
	/* Deleting or moving a directory surely takes what is below it. */
	if (asked.deletes && asked.tree && !names->unknown)
		match = MATCH_MUST;
	if (asked.perhaps)
		match = MATCH_MAY;
	bool must = match == MATCH_MUST;
	struct finding *finding =
		finding_add(d, effect, must ? CAVRA_BLOCK : CAVRA_REQUIRE_APPROVAL,
			    must ? CAVRA_CRITICAL : CAVRA_HIGH, "self_protection.block");
	finding->certainty = match;
	finding->reason = arena_printf(d->arena, "%schanges %s, %.*s", must ? "" : "perhaps ", what,
				       STR_ARG(effect->shown));
	finding->instead = STR("a person changes this outside the agent");
	if (!must)
		finding->approver_group = STR("Platform Security");
	return FILE_FOUND;
}

static unsigned apply_outside(struct decider *d, const struct effect *effect, bool writes)
{
	enum policy_switch how = writes ? d->policy->outside_write : d->policy->outside_read;
	if (how != SWITCH_APPROVAL && how != SWITCH_BLOCK)
		return 0;
	bool blocks = how == SWITCH_BLOCK;
	struct finding *finding =
		finding_add(d, effect, blocks ? CAVRA_BLOCK : CAVRA_REQUIRE_APPROVAL, CAVRA_MEDIUM,
			    blocks ? "filesystem.outside_workspace.block"
				   : "filesystem.outside_workspace.require_approval");
	finding->approver_group = STR("Repository Owners");
	finding->reason = arena_printf(d->arena, "%s outside the workspace, %.*s",
				       writes ? "writes" : "reads", STR_ARG(effect->shown));
	finding->instead = STR("work on files inside the workspace");
	return FILE_FOUND;
}

/* Devices that hold nothing of anybody's. */
static const char *const harmless_devices[] = {"/dev/null",  "/dev/zero",   "/dev/full",
					       "/dev/stdin", "/dev/stdout", "/dev/stderr",
					       "/dev/tty",   "/dev/random", "/dev/urandom"};

static bool is_harmless_device(struct str path)
{
	for (size_t i = 0; i < sizeof harmless_devices / sizeof *harmless_devices; i++)
		if (str_is(path, harmless_devices[i]))
			return true;
	return false;
}

/* Descriptors are fine where a command names them (what they stand for was opened in the same text), not in a request. */
static bool is_descriptor_path(struct str path)
{
	return str_starts(path, STR("/dev/fd/")) ||
	       (str_starts(path, STR("/proc/")) && str_find(path, STR("/fd/")) != STR_NPOS);
}

static bool is_file_request(const struct decider *d)
{
	return str_is(d->request->action_type, "read_file") ||
	       str_is(d->request->action_type, "write_file");
}

/* /proc/<process>/environ and memory hold secrets of other programs. */
static bool is_process_secret(struct str path)
{
	static const char *const files[] = {"environ", "mem", "maps", "auxv", "pagemap"};
	if (str_is(path, "/proc/kcore"))
		return true;
	if (!str_starts(path, STR("/proc/")))
		return false;
	struct str base = str_basename(path);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		if (str_is(base, files[i]))
			return true;
	return false;
}

/* "$$" and the like are numbers. */
static bool may_be_process_secret(struct decider *d, struct value path)
{
	struct str sample = STR("");
	for (size_t i = 0; i < path.n; i++) {
		if (path.seg[i].kind != SEG_TEXT && path.seg[i].kind != SEG_NUMBER)
			return false;
		struct str part = path.seg[i].kind == SEG_TEXT ? path.seg[i].text : STR("1");
		sample = arena_join(d->arena, sample, part);
	}
	return is_process_secret(sample);
}

static unsigned ask_about(struct decider *d, const struct effect *effect, const char *rule_id,
			  const char *what)
{
	struct finding *finding = finding_add(d, effect, CAVRA_REQUIRE_APPROVAL, CAVRA_HIGH,
					      rule_id);
	finding->approver_group = STR("Platform Security");
	finding->reason = arena_printf(d->arena, "%s, %.*s", what, STR_ARG(effect->shown));
	return FILE_FOUND;
}

/* ---- special places ---- */

/* Handles devices and connections; false when the path is an ordinary one. */
static bool special_path(struct decider *d, struct str path, const struct scope *scope,
			 unsigned *ret_verdict)
{
	bool allowed;
	*ret_verdict = 0;
	if (is_harmless_device(path)) {
		*ret_verdict = FILE_HARMLESS;
		return true;
	}
	if (str_starts(path, STR("/dev/tcp/")) || str_starts(path, STR("/dev/udp/"))) {
		struct str rest = str_from_at(path, 9), host, port = STR("");
		(void)str_split(&rest, '/', &host);
		if (rest.p)
			port = rest;
		net_effect(d, value_from(d->arena, arena_join3(d->arena, host, STR(":"), port)),
			   false, scope, &allowed);
		*ret_verdict = FILE_OUTSIDE;
		return true;
	}
	return is_descriptor_path(path) && !is_file_request(d);
}

static struct str shown_path(struct decider *d, struct value path, const struct names *names)
{
	if (names->n > 1 && value_is_known(names->items[0]) && !names->outside) {
		struct str text = value_text(d->arena, names->items[0]);
		return path_relative(text, d->workspace);
	}
	return value_show(d->arena, path);
}

static unsigned judge(struct decider *d, const struct effect *effect, const struct names *names,
		      struct asked asked)
{
	unsigned verdict = (names->outside ? FILE_OUTSIDE : 0) |
			   (names->unknown ? FILE_UNKNOWN : 0);
	if (asked.writes)
		verdict |= apply_protection(d, effect, names, asked);
	if (!(verdict & FILE_FOUND))
		verdict |= apply_rules(d, effect, names, asked);
	struct file_subject subject = {names->items, names->n, asked.tree, asked.perhaps};
	if (d->policy->n_rules && rules_for_file(d, effect, &subject))
		verdict |= FILE_FOUND;
	if (!(verdict & FILE_FOUND) && names->outside && !asked.perhaps)
		verdict |= apply_outside(d, effect, asked.writes);
	if (!(verdict & FILE_FOUND) && !asked.writes)
		for (size_t i = 0; i < names->n; i++)
			if (may_be_process_secret(d, names->items[i]))
				return verdict |
				       ask_about(d, effect,
						 "filesystem.process_secrets.require_approval",
						 "reads the environment or memory of a process");
	return verdict;
}

/* ---- listings ---- */

/* Names below a tree, looked at one by one: a recursive read asks only when something protected is really there. Returns
 * false when nobody can list it.
 */
static bool judge_listing(struct decider *d, const struct effect *effect, struct str path,
			  struct asked asked, unsigned *ret_verdict)
{
	struct str *files = NULL;
	size_t n = 0;
	if (!d->resolver->tree || d->links)
		return false;
	enum resolved known = d->resolver->tree(d->resolver->context, d->arena, path,
						LIMIT_TREE_NAMES, true, &files, &n);
	if (known == RESOLVED_UNKNOWN)
		return false;
	*ret_verdict = 0;
	asked.tree = false;
	asked.perhaps = true; /* which of them are really touched is the program's business */
	for (size_t i = 0; i < n && !(*ret_verdict & FILE_FOUND); i++) {
		struct names names = {0};
		if (asked.selection &&
		    !selection_takes(d, asked.selection, path, files[i], files, n))
			continue;
		add_known_path(d, &names, arena_join3(d->arena, path, STR("/"), files[i]));
		names.outside = false;
		*ret_verdict |= judge(d, effect, &names, asked);
	}
	return true;
}

/* ---- effects ---- */

static unsigned known_file(struct decider *d, struct effect *effect, struct value path,
			   struct asked asked, const struct scope *scope)
{
	struct names names = {0};
	unsigned verdict;
	collect_names(d, &names, path, scope);
	effect->known = !names.unknown;
	effect->shown = shown_path(d, path, &names);
	if (names.overflow)
		asked.perhaps = false;
	if (scope->remote) {
		asked.perhaps = true;
		names.outside = false;
	}
	if (asked.tree && !names.unknown && names.n && d->resolver->directory && !d->links &&
	    d->resolver->directory(d->resolver->context,
				   path_resolve(d, value_text(d->arena, names.items[0]))) ==
		    RESOLVED_NO)
		asked.tree = false;
	if (asked.tree && !names.unknown && names.n && !scope->remote) {
		struct asked self = asked;
		self.tree = false;
		verdict = judge(d, effect, &names, self);
		unsigned below;
		if (verdict & FILE_FOUND)
			return verdict;
		if (judge_listing(d, effect, value_text(d->arena, names.items[0]), asked, &below))
			return verdict | below;
	}
	return judge(d, effect, &names, asked);
}

static unsigned other_spelling(struct decider *d, const struct effect *effect, struct value path,
			       struct asked asked, const struct scope *scope)
{
	if (!value_is_known(path))
		return 0;
	struct str plain = plain_spelling(d, value_text(d->arena, path));
	if (!plain.n)
		return 0;
	struct names names = {0};
	collect_names(d, &names, value_from(d->arena, plain), scope);
	asked.perhaps = true;
	return judge(d, effect, &names, asked) & FILE_FOUND;
}

static unsigned one_file(struct decider *d, enum effect_kind kind, struct value path, bool tree,
			 const struct scope *scope)
{
	struct asked asked = {.writes = kind != EFFECT_FILE_READ,
			      .deletes = kind == EFFECT_FILE_DELETE,
			      .tree = tree,
			      .selection = scope->selection};
	struct effect *effect = effect_add(d, kind, STR(""), scope);
	unsigned verdict = known_file(d, effect, path, asked, scope);
	if (!(verdict & FILE_FOUND))
		verdict |= other_spelling(d, effect, path, asked, scope);
	return verdict;
}

/* Neither the path nor a directory that it counts from is a pattern or unknown. */
static bool is_known_path(struct value path, const struct scope *scope)
{
	bool absolute = path.n && path.seg[0].kind == SEG_TEXT && path.seg[0].text.n &&
			path.seg[0].text.p[0] == '/';
	for (size_t i = 0; !absolute && i < scope->n_cwds; i++)
		if (!value_is_known(scope->cwds[i]))
			return false;
	return value_is_known(path);
}

unsigned file_effect(struct decider *d, enum effect_kind kind, struct value path, bool tree,
		     const struct scope *scope)
{
	unsigned verdict = 0;
	if (value_is_known(path)) {
		struct str text = value_text(d->arena, path);
		if (special_path(d, path_canonical_text(d->arena, text, STR("")), scope, &verdict))
			return verdict;
		if (text.n && text.p[0] == '~' && (text.n == 1 || text.p[1] == '/') &&
		    is_file_request(d) && d->resolver->home.n)
			path = value_from(d->arena, arena_join(d->arena, d->resolver->home,
							       str_from_at(text, 1)));
	} else if (path.n == 2 && path.seg[0].kind == SEG_TEXT &&
		   str_is(path.seg[0].text, "/dev/fd/")) {
		return 0; /* a process substitution: what it runs is judged by itself */
	}
	if (!scope->remote && !is_known_path(path, scope)) {
		struct str *paths = NULL;
		size_t n = 0;
		d->unresolved = false;
		bool all = path_expand(d, path, kind != EFFECT_FILE_READ, scope, &paths, &n);
		/* A link among the names could lead anywhere. */
		if (d->unresolved)
			verdict |= one_file(d, kind, value_any(), tree, scope);
		for (size_t i = 0; i < n; i++)
			verdict |= one_file(d, kind, value_from(d->arena, paths[i]), tree, scope);
		if (all)
			return verdict;
	}
	return verdict | one_file(d, kind, path, tree, scope);
}

void file_suspicion(struct decider *d, struct value path, const struct scope *scope)
{
	struct names names = {0};
	/* Text whose end is unknown may be any file, which says nothing about this one. */
	if (path.n == 0 || path.seg[path.n - 1].kind == SEG_ANY ||
	    path.seg[path.n - 1].kind == SEG_NUMBER)
		return;
	collect_names(d, &names, path, scope);
	struct match_result read = path_match(d->policy->list[LIST_FILES_BLOCK_READ], names.items,
					      names.n, false, d->arena);
	struct match_result write = path_match(d->policy->list[LIST_FILES_BLOCK_WRITE], names.items,
					       names.n, false, d->arena);
	const char *what = NULL;
	bool guarded = protected_path(d, names.items, names.n, false, &what) != MATCH_NO;
	if (read.match == MATCH_NO && write.match == MATCH_NO && !guarded)
		return;
	struct effect *effect =
		effect_add(d, read.match != MATCH_NO ? EFFECT_FILE_READ : EFFECT_FILE_WRITE,
			   value_show(d->arena, path), scope);
	effect->known = false;
	struct asked asked = {.writes = read.match == MATCH_NO, .perhaps = true};
	(void)judge(d, effect, &names, asked);
}

void file_mention(struct decider *d, struct value path, const struct scope *scope)
{
	struct names names = {0};
	collect_names(d, &names, path, scope);
	struct match_result read = path_match(d->policy->list[LIST_FILES_BLOCK_READ], names.items,
					      names.n, false, d->arena);
	if (read.match == MATCH_NO || !value_is_known(path)) {
		file_suspicion(d, path, scope);
		return;
	}
	struct effect *effect = effect_add(d, EFFECT_FILE_READ, value_show(d->arena, path), scope);
	struct asked asked = {.perhaps = scope->remote};
	names.outside = false;
	(void)judge(d, effect, &names, asked);
}
