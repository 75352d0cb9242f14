/* SPDX-License-Identifier: Apache-2.0
 *
 * File effects: what the file rules say to every name that a path goes by.
 */
#include "base/array.h"
#include "base/glob.h"
#include "base/limits.h"
#include "decide/file_names.h"
#include "decide/found.h"
#include "decide/paths.h"

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
		finding->reason = arena_join3(
			d->arena,
			arena_join3(d->arena, str_from(rule->reason), STR(", "), effect->shown),
			STR(": "), hit->pattern);
	else
		finding->reason = arena_printf(
			d->arena, "perhaps %s, which depends on what %.*s stands for: %.*s",
			rule->reason, STR_ARG(effect->shown), STR_ARG(hit->pattern));
}

struct asked {
	bool writes;
	bool deletes;
	bool tree;
	bool makes_below;                  /* new files, too, that nobody can name */
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
		const struct pattern_list *list = d->policy->list[rules[i].list];
		struct match_result hit = path_match(list, names->items, names->n, asked.tree,
						     d->arena);
		if (hit.match == MATCH_NO && asked.makes_below)
			hit = path_match_below(list, names->items, names->n_placed);
		if (hit.match == MATCH_NO)
			continue;
		if (asked.perhaps)
			hit.match = MATCH_MAY;
		report(d, effect, &rules[i], &hit);
		return FILE_FOUND;
	}
	return 0;
}

static void report_protection(struct decider *d, const struct effect *effect, enum match match,
			      const char *does, const char *what)
{
	bool must = match == MATCH_MUST;
	struct finding *finding =
		finding_add(d, effect, must ? CAVRA_BLOCK : CAVRA_REQUIRE_APPROVAL,
			    must ? CAVRA_CRITICAL : CAVRA_HIGH, "self_protection.block");
	finding->certainty = match;
	finding->reason = arena_printf(d->arena, "%s%s %s, %.*s", must ? "" : "perhaps ", does,
				       what, STR_ARG(effect->shown));
	finding->instead = str_from(does[0] == 'r' ? "a person reads this outside the agent"
						   : "a person changes this outside the agent");
	if (!must)
		finding->approver_group = STR("Platform Security");
}

static unsigned apply_protection(struct decider *d, const struct effect *effect,
				 const struct names *names, struct asked asked)
{
	const char *what = NULL;
	enum match match = protected_path(d, names->items, names->n, asked.tree, &what);
	if (match == MATCH_NO && asked.makes_below)
		match = protected_path(d, names->items, names->n_placed, true, &what);
	if (match == MATCH_NO)
		return 0;
	/* Deleting or moving a directory surely takes what is below it. */
	if (asked.deletes && asked.tree && !names->unknown)
		match = MATCH_MUST;
	if (asked.perhaps)
		match = MATCH_MAY;
	report_protection(d, effect, match, "changes", what);
	return FILE_FOUND;
}

/* Hidden ones that are left out are none of it: nothing in a ledger is hidden. */
static bool selects_names(struct asked asked)
{
	return asked.selection && asked.selection->n_globs;
}

static unsigned report_secrecy(struct decider *d, const struct effect *effect, enum match match,
			       const char *what)
{
	report_protection(d, effect, match, "reads", what);
	return FILE_FOUND;
}

static enum match secrecy_of(struct decider *d, const struct names *names, struct asked asked,
			     const char **ret_what)
{
	enum match match = secret_path(d, names->items, names->n, asked.tree, ret_what);
	bool sure = !asked.perhaps && !(asked.tree && selects_names(asked));
	return match == MATCH_MUST && !sure ? MATCH_MAY : match;
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

static bool is_file_request(const struct decider *d)
{
	return str_is(d->request->action_type, "read_file") ||
	       str_is(d->request->action_type, "write_file");
}

/* Devices that hold nothing of anybody's. */
static const char *const harmless_devices[] = {"/dev/null",   "/dev/zero",    "/dev/full",
					       "/dev/random", "/dev/urandom", "/dev/stdin",
					       "/dev/stdout", "/dev/stderr",  "/dev/tty"};

static bool is_harmless_device(const struct decider *d, struct str path)
{
	/* A file tool's own streams hold who knows what. */
	size_t n = is_file_request(d) ? 3 : ARRAY_SIZE(harmless_devices);
	return str_is_one_of(path, harmless_devices, n);
}

/* Descriptors are fine where a command names them (what they stand for was opened in the same text), not in a request. */
static bool is_descriptor_path(struct str path)
{
	struct str rest;
	return path_descriptor(path, &rest) && !rest.p;
}

/* Where the memory of processes and whole disks can be read, whatever the rules say about files. */
static const struct {
	const char *prefix; /* of the path */
	const char *file;   /* its last component; NULL: whatever begins so */
} raw_places[] = {
	{"/proc/", "environ"},  {"/proc/", "mem"},     {"/proc/", "maps"},    {"/proc/", "auxv"},
	{"/proc/", "pagemap"},  {"/proc/kcore", NULL}, {"/dev/mem", NULL},    {"/dev/kmem", NULL},
	{"/dev/port", NULL},    {"/dev/sd", NULL},     {"/dev/hd", NULL},     {"/dev/vd", NULL},
	{"/dev/xvd", NULL},     {"/dev/nvme", NULL},   {"/dev/mmcblk", NULL}, {"/dev/dm-", NULL},
	{"/dev/mapper/", NULL}, {"/dev/disk/", NULL},  {"/dev/loop", NULL},   {"/dev/md", NULL},
};

/* The ends are enough: what stands between them is a process. */
static bool is_raw(struct decider *d, struct value path)
{
	if (path.n == 0 || path.seg[path.n - 1].kind != SEG_TEXT)
		return false;
	struct str prefix = value_known_prefix(d->arena, path), end = path.seg[path.n - 1].text;
	if (!str_starts(prefix, STR("/proc/")) && !str_starts(prefix, STR("/dev/")))
		return false;
	for (size_t i = 0; i < sizeof raw_places / sizeof *raw_places; i++)
		if (str_starts(prefix, str_from(raw_places[i].prefix)) &&
		    (!raw_places[i].file || str_is(str_basename(end), raw_places[i].file)))
			return true;
	return false;
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
	if (is_harmless_device(d, path)) {
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
		/* What allows a command says nothing of this. */
		if (!allowed)
			ask_about(d, effect_add(d, EFFECT_NET, host, scope),
				  "network.redirection.require_approval",
				  "opens a connection by a redirection");
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
	const char *secret = NULL;
	enum match reads = asked.writes ? MATCH_NO : secrecy_of(d, names, asked, &secret);
	if (asked.writes)
		verdict |= apply_protection(d, effect, names, asked);
	if (reads == MATCH_MUST)
		verdict |= report_secrecy(d, effect, reads, secret);
	if (!(verdict & FILE_FOUND))
		verdict |= apply_rules(d, effect, names, asked);
	/* Where it is not sure the rules come first, which may be. */
	if (!(verdict & FILE_FOUND) && reads == MATCH_MAY)
		verdict |= report_secrecy(d, effect, reads, secret);
	struct file_subject subject = {names->items, names->n, asked.tree, asked.perhaps};
	if (d->policy->n_rules && rules_for_file(d, effect, &subject))
		verdict |= FILE_FOUND;
	if (!(verdict & FILE_FOUND) && names->outside && !asked.perhaps)
		verdict |= apply_outside(d, effect, asked.writes);
	if (!(verdict & FILE_FOUND) && !asked.writes)
		for (size_t i = 0; i < names->n; i++)
			if (is_raw(d, names->items[i]))
				return verdict |
				       ask_about(
					       d, effect,
					       "filesystem.process_secrets.require_approval",
					       "reads the environment or memory of a process, or a raw device");
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
						selection_names_max(asked.selection), true, &files,
						&n);
	if (known == RESOLVED_UNKNOWN)
		return false;
	*ret_verdict = 0;
	asked.tree = false;
	asked.perhaps = true; /* which of them are really touched is the program's business */
	for (size_t i = 0; i < n && !(*ret_verdict & FILE_FOUND); i++) {
		struct names names;
		if (asked.selection && !selection_takes(d, asked.selection, path, files[i]))
			continue;
		names_init(&names);
		names_add_path(d, &names, arena_join3(d->arena, path, STR("/"), files[i]));
		names.outside = false;
		*ret_verdict |= judge(d, effect, &names, asked);
	}
	return true;
}

/* Where the path leads from each of the scope's directories. */
struct roots {
	struct str *items;
	size_t n, cap;
};

static struct roots roots_of(struct decider *d, struct value path, const struct scope *scope)
{
	struct roots roots = {0};
	for (size_t i = 0; i < scope->n_cwds; i++) {
		struct str root = value_text(d->arena, path_canonical(d, path, scope->cwds[i]));
		if (!roots.n || !str_eq(roots.items[roots.n - 1], root))
			ARENA_PUSH(d->arena, roots.items, roots.n, roots.cap) = root;
	}
	return roots;
}

static bool holds_no_directory(struct decider *d, const struct roots *roots)
{
	if (!d->resolver->directory || d->links)
		return false;
	for (size_t i = 0; i < roots->n; i++)
		if (d->resolver->directory(d->resolver->context,
					   path_resolve(d, roots->items[i])) != RESOLVED_NO)
			return false;
	return true;
}

/* Below all of them; false when one cannot be listed. */
static bool judge_listings(struct decider *d, const struct effect *effect,
			   const struct roots *roots, struct asked asked, unsigned *ret_verdict)
{
	unsigned one;
	*ret_verdict = 0;
	for (size_t i = 0; i < roots->n && !(*ret_verdict & FILE_FOUND); i++) {
		if (!judge_listing(d, effect, roots->items[i], asked, &one))
			return false;
		*ret_verdict |= one;
	}
	return true;
}

/* ---- effects ---- */

static bool is_link(struct decider *d, struct value path, const struct scope *scope)
{
	struct str end = path.n ? path.seg[path.n - 1].text : STR("");
	bool slash = str_ends(end, STR("/")) || str_ends(end, STR("/.")) ||
		     str_ends(end, STR("/.."));
	for (size_t i = 0; i < scope->n_cwds && !slash; i++)
		if (!path_is_link(d, path, scope->cwds[i]))
			return false;
	return !slash;
}

static unsigned placed_file(struct decider *d, struct effect *effect, struct value path,
			    struct asked asked, const struct scope *scope)
{
	struct names names;
	unsigned verdict;
	bool itself = asked.deletes && is_link(d, path, scope);
	names_collect(d, &names, path, scope, itself);
	asked.tree &= !itself;
	effect->known = !names.unknown;
	effect->shown = shown_path(d, path, &names);
	if (names.overflow)
		asked.perhaps = false;
	if (scope->remote) {
		asked.perhaps = true;
		names.outside = false;
	}
	if (!asked.tree || names.unknown || !names.n)
		return judge(d, effect, &names, asked);
	struct roots roots = roots_of(d, path, scope);
	if (holds_no_directory(d, &roots)) {
		d->lists_trees |= !asked.writes && !scope->remote;
		asked.tree = false;
	}
	if (asked.tree && !scope->remote) {
		struct asked self = asked;
		self.tree = false;
		unsigned below;
		const char *secret = NULL;
		verdict = !asked.writes && secrecy_of(d, &names, asked, &secret) == MATCH_MUST
				  ? report_secrecy(d, effect, MATCH_MUST, secret)
				  : judge(d, effect, &names, self);
		if (verdict & FILE_FOUND)
			return verdict;
		asked.makes_below = false;
		asked.perhaps |= asked.selection && asked.selection->leaves_out;
		if (judge_listings(d, effect, &roots, asked, &below)) {
			d->lists_trees |= !asked.writes;
			return verdict | below;
		}
	}
	return judge(d, effect, &names, asked);
}

/* The directory that a command most likely runs in: the first that is not known to be missing. */
static struct scope likely_scope(struct decider *d, const struct scope *scope)
{
	struct scope likely = *scope;
	const struct resolver *resolver = d->resolver;
	likely.n_cwds = 1;
	for (size_t i = 0; i + 1 < scope->n_cwds; i++, likely.cwds++) {
		struct value cwd = path_canonical(d, *likely.cwds,
						  value_from(d->arena, d->workspace));
		if (!resolver->directory || !value_is_known(cwd) ||
		    resolver->directory(resolver->context,
					path_resolve(d, value_text(d->arena, cwd))) != RESOLVED_NO)
			break;
	}
	return likely;
}

/* After "cd x;" it may also count from where the text began: what holds there only is no more than possible. */
static unsigned known_file(struct decider *d, struct effect *effect, struct value path,
			   struct asked asked, const struct scope *scope)
{
	struct scope likely = likely_scope(d, scope);
	unsigned verdict = placed_file(d, effect, path, asked, &likely);
	if (scope->n_cwds == 1 || (verdict & FILE_FOUND))
		return verdict;
	asked.perhaps = true;
	verdict |= placed_file(d, effect, path, asked, scope);
	if (!(verdict & FILE_FOUND) && (verdict & FILE_OUTSIDE))
		verdict |= apply_outside(d, effect, asked.writes);
	return verdict;
}

static unsigned perhaps_named(struct decider *d, const struct effect *effect, struct value path,
			      struct asked asked, const struct scope *scope)
{
	struct names names;
	names_collect(d, &names, path, scope, asked.deletes);
	names.outside = false;
	asked.perhaps = true;
	return judge(d, effect, &names, asked) & FILE_FOUND;
}

/* A file tool takes a name literally; one that expands patterns would take it for what they match. */
static unsigned as_pattern(struct decider *d, const struct effect *effect, struct value path,
			   struct asked asked, const struct scope *scope)
{
	if (!is_file_request(d) || !path_holds_pattern(value_text(d->arena, path)))
		return 0;
	struct value pattern = path_as_pattern(d->arena, value_text(d->arena, path));
	if (value_is_known(pattern))
		return 0;
	unsigned verdict = perhaps_named(d, effect, pattern, asked, scope);
	struct str *paths = NULL;
	size_t n = 0;
	if (!verdict)
		path_expand_links(d, pattern, scope, &paths, &n);
	for (size_t i = 0; i < n && !verdict; i++)
		verdict = perhaps_named(d, effect, value_from(d->arena, paths[i]), asked, scope);
	return verdict;
}

static unsigned as_short_name(struct decider *d, const struct effect *effect, struct str text,
			      struct asked asked, const struct scope *scope)
{
	/* Bash on Windows has them, too, but there "HEAD~1" is what people write. */
	bool command = str_is(d->request->action_type, "execute_command");
	struct value longer = command ? (struct value){NULL, 0} : path_short_names(d->arena, text);
	return longer.n ? perhaps_named(d, effect, longer, asked, scope) : 0;
}

/* was_outside: as it is written. */
static unsigned other_spelling(struct decider *d, const struct effect *effect, struct value path,
			       struct asked asked, const struct scope *scope, bool was_outside)
{
	if (!value_is_known(path))
		return 0;
	unsigned verdict = as_pattern(d, effect, path, asked, scope);
	struct str text = value_text(d->arena, path), plain = path_plain_spelling(d->arena, text);
	if (!verdict)
		verdict = as_short_name(d, effect, plain.n ? plain : text, asked, scope);
	if (!plain.n || verdict)
		return verdict;
	struct names names;
	names_collect(d, &names, value_from(d->arena, plain), scope, asked.deletes);
	asked.perhaps = true;
	verdict = judge(d, effect, &names, asked) & FILE_FOUND;
	if (!verdict && names.outside && !was_outside)
		verdict = apply_outside(d, effect, asked.writes);
	return verdict;
}

static unsigned one_file(struct decider *d, enum effect_kind kind, struct value path, bool tree,
			 const struct scope *scope)
{
	struct asked asked = {.writes = kind != EFFECT_FILE_READ,
			      .deletes = kind == EFFECT_FILE_DELETE,
			      .tree = tree,
			      .makes_below = scope->makes_below && kind == EFFECT_FILE_WRITE,
			      .selection = scope->selection};
	struct effect *effect = effect_add(d, kind, STR(""), scope);
	unsigned verdict = known_file(d, effect, path, asked, scope);
	if (!(verdict & FILE_FOUND))
		verdict |= other_spelling(d, effect, path, asked, scope, verdict & FILE_OUTSIDE);
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

/* A name that counts from a directory that may be any, among others: there is nothing to look up. */
static bool counts_from_anywhere(struct value path, const struct scope *scope)
{
	for (size_t i = 0; i < scope->n_cwds && value_is_known(path); i++)
		for (size_t k = 0; k < scope->cwds[i].n; k++)
			if (scope->cwds[i].seg[k].kind == SEG_ANY)
				return true;
	return false;
}

static enum match list_match(const struct decider *d, enum policy_list_id list,
			     const struct names *names)
{
	return path_match(d->policy->list[list], names->items, names->n, false, d->arena).match;
}

/* Could it stand for what nobody may read, whatever is there now? */
static bool may_be_secret(struct decider *d, struct value path, const struct scope *scope)
{
	struct names names;
	names_collect(d, &names, path, scope, false);
	return list_match(d, LIST_FILES_BLOCK_READ, &names) != MATCH_NO;
}

unsigned file_effect(struct decider *d, enum effect_kind kind, struct value path, bool tree,
		     const struct scope *scope)
{
	unsigned verdict = 0;
	if (value_is_known(path)) {
		struct str text = value_text(d->arena, path), whole = STR("");
		if (str_starts(text, STR("/"))) {
			struct value place = path_canonical(d, path, (struct value){NULL, 0});
			whole = value_is_known(place) ? value_text(d->arena, place) : STR("");
		}
		if (whole.n && is_file_request(d) && is_descriptor_path(whole))
			path = value_any();
		else if (whole.n && special_path(d, whole, scope, &verdict))
			return verdict;
		else if (is_file_request(d))
			path = path_expanded(d->arena, text, d->resolver->home);
	} else if (path.n == 2 && path.seg[0].kind == SEG_TEXT && path.seg[1].kind == SEG_NUMBER &&
		   str_is(path.seg[0].text, "/dev/fd/")) {
		return 0; /* a process substitution: what it runs is judged by itself */
	}
	if (!scope->remote && !is_known_path(path, scope) && !counts_from_anywhere(path, scope)) {
		struct str *paths = NULL;
		size_t n = 0;
		d->unresolved = false;
		bool all = path_expand(d, path, kind != EFFECT_FILE_READ, scope, &paths, &n);
		/* A link among the names could lead anywhere. */
		if (d->unresolved)
			verdict |= one_file(d, kind, value_any(), tree, scope);
		for (size_t i = 0; i < n; i++)
			verdict |= one_file(d, kind, value_from(d->arena, paths[i]), tree, scope);
		if (all) {
			d->lists_trees |= kind == EFFECT_FILE_READ && may_be_secret(d, path, scope);
			return verdict;
		}
	}
	return verdict | one_file(d, kind, path, tree, scope);
}

static void suspicion(struct decider *d, struct value path, bool perhaps_read,
		      const struct scope *scope)
{
	struct names names;
	/* Text whose end is unknown may be any file, which says nothing about this one. */
	if (path.n == 0 || path.seg[path.n - 1].kind == SEG_ANY ||
	    path.seg[path.n - 1].kind == SEG_NUMBER)
		return;
	/* In a directory of which only the pattern is known it is the word that counts. */
	struct scope here = *scope;
	struct value root = value_from(d->arena, d->workspace);
	for (size_t i = 0; i < scope->n_cwds; i++)
		if (!value_is_known(scope->cwds[i]) && d->workspace.n) {
			here.cwds = &root;
			here.n_cwds = 1;
		}
	names_collect(d, &names, path, &here, false);
	const char *what = NULL;
	bool reads = perhaps_read &&
		     (list_match(d, LIST_FILES_BLOCK_READ, &names) != MATCH_NO ||
		      secret_path(d, names.items, names.n, false, &what) != MATCH_NO);
	if (!reads && list_match(d, LIST_FILES_BLOCK_WRITE, &names) == MATCH_NO &&
	    protected_path(d, names.items, names.n, false, &what) == MATCH_NO)
		return;
	struct effect *effect = effect_add(d, reads ? EFFECT_FILE_READ : EFFECT_FILE_WRITE,
					   value_show(d->arena, path), scope);
	effect->known = false;
	(void)judge(d, effect, &names, (struct asked){.writes = !reads, .perhaps = true});
}

void file_suspicion(struct decider *d, struct value path, const struct scope *scope)
{
	suspicion(d, path, true, scope);
}

void file_write_suspicion(struct decider *d, struct value path, const struct scope *scope)
{
	suspicion(d, path, false, scope);
}
