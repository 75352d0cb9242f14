/* SPDX-License-Identifier: Apache-2.0
 *
 * The small languages inside the data: option values and operand lists.
 */
#include "base/array.h"
#include "gen-commands.h"
#include "json/json.h"

static const char *role_parse(struct str name)
{
	enum role role;
	return role_from(name, &role) ? role_name(role) : NULL;
}

static bool option_list_parse(const json_t *list, struct option_value *value)
{
	if (json_array_size(list) == 0 || json_array_size(list) > ARRAY_SIZE(value->roles))
		return false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);
		value->roles[i] = json_is_string(item) ? role_parse(json_str(item)) : NULL;
		if (!value->roles[i])
			return false;
	}
	value->n_roles = json_array_size(list);
	return true;
}

bool option_value_parse(const json_t *json, struct option_value *ret)
{
	*ret = (struct option_value){.n_roles = 0};
	if (json_is_array(json))
		return option_list_parse(json, ret);
	if (!json_is_string(json))
		return false;
	struct str text = json_str(json);
	if (str_is(text, "flag"))
		return true;
	ret->repeats = str_ends(text, STR("..."));
	text.n -= ret->repeats ? 3 : 0;
	ret->optional_next = str_ends(text, STR("??"));
	ret->optional = str_ends(text, STR("?"));
	text.n -= ret->optional + ret->optional_next;
	ret->roles[0] = role_parse(text);
	ret->n_roles = 1;
	return ret->roles[0] != NULL;
}

static bool operand_add(struct operand_list *list, struct str word)
{
	bool repeats = str_ends(word, STR("..."));
	const char *role = role_parse(str_first(word, word.n - (repeats ? 3 : 0)));
	const char **fixed = list->repeat ? list->suffix : list->prefix;
	size_t *n = list->repeat ? &list->n_suffix : &list->n_prefix;
	if (!role || (repeats && list->repeat) || *n == ARRAY_SIZE(list->prefix))
		return false;
	if (repeats)
		list->repeat = role;
	else
		fixed[(*n)++] = role;
	return true;
}

bool operand_list_parse(struct str text, struct operand_list *ret)
{
	struct str word;
	*ret = (struct operand_list){.repeat = NULL};
	if (text.n == 0)
		return true;
	while (str_split(&text, ' ', &word))
		if (!operand_add(ret, word))
			return false;
	return true;
}
