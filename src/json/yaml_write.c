/* SPDX-License-Identifier: Apache-2.0
 *
 * Values to YAML, see yaml.h.
 */
#include "json/yaml.h"

#include <stdlib.h>
#include <yaml.h>

#include "base/array.h"
#include "json/json.h"

struct writer {
	yaml_emitter_t emitter;
	struct buf *out;
};

static int keep_bytes(void *context, unsigned char *bytes, size_t n)
{
	struct writer *writer = context;
	buf_add(writer->out, str_make((const char *)bytes, n));
	return !writer->out->failed;
}

/* False without memory, and when out is full. An event is the emitter's also when it is refused. */
static bool emit(struct writer *writer, yaml_event_t *event, int made)
{
	return made && yaml_emitter_emit(&writer->emitter, event);
}

/* Words that some reader, of whichever version of YAML, takes for something else than text. */
static bool is_ambiguous(struct str text)
{
	static const char *const words[] = {"true", "false", "null", "yes", "no",
					    "on",   "off",   "y",    "n"};
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (str_eq_nocase(text, str_from(words[i])))
			return true;
	return false;
}

/* The emitter itself quotes where the grammar wants it. */
static yaml_scalar_style_t style_of(struct str text)
{
	bool plain = text.n && ascii_is_alpha(text.p[0]) && !is_ambiguous(text);
	for (size_t i = 0; plain && i < text.n; i++)
		plain = (unsigned char)text.p[i] >= ' ' && (unsigned char)text.p[i] < 0x7f;
	return plain ? YAML_ANY_SCALAR_STYLE : YAML_DOUBLE_QUOTED_SCALAR_STYLE;
}

static bool write_scalar(struct writer *writer, struct str text, yaml_scalar_style_t style)
{
	yaml_event_t event;
	/* The library takes it as it is. */
	yaml_char_t *bytes = (yaml_char_t *)text.p;
	int made = yaml_scalar_event_initialize(&event, NULL, NULL, bytes, (int)text.n, 1, 1,
						style);
	return emit(writer, &event, made);
}

static bool write_value(struct writer *writer, const json_t *value);

static bool write_list(struct writer *writer, const json_t *list)
{
	yaml_event_t event;
	yaml_sequence_style_t style = json_array_size(list) ? YAML_BLOCK_SEQUENCE_STYLE
							    : YAML_FLOW_SEQUENCE_STYLE;
	if (!emit(writer, &event,
		  yaml_sequence_start_event_initialize(&event, NULL, NULL, 1, style)))
		return false;
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!write_value(writer, json_array_get(list, i)))
			return false;
	return emit(writer, &event, yaml_sequence_end_event_initialize(&event));
}

static bool write_object(struct writer *writer, const json_t *object)
{
	yaml_event_t event;
	const char *key;
	json_t *value;
	yaml_mapping_style_t style = json_object_size(object) ? YAML_BLOCK_MAPPING_STYLE
							      : YAML_FLOW_MAPPING_STYLE;
	if (!emit(writer, &event,
		  yaml_mapping_start_event_initialize(&event, NULL, NULL, 1, style)))
		return false;
	json_object_foreach ((json_t *)object, key, value) {
		struct str text = str_from(key);
		if (!write_scalar(writer, text, style_of(text)) || !write_value(writer, value))
			return false;
	}
	return emit(writer, &event, yaml_mapping_end_event_initialize(&event));
}

/* Numbers and the like, as JSON writes them. */
static bool write_other(struct writer *writer, const json_t *value)
{
	char *text = json_text(value, JSON_ENCODE_ANY);
	bool written = text && write_scalar(writer, str_from(text), YAML_PLAIN_SCALAR_STYLE);
	free(text);
	return written;
}

static bool write_value(struct writer *writer, const json_t *value)
{
	if (json_is_object(value))
		return write_object(writer, value);
	if (json_is_array(value))
		return write_list(writer, value);
	if (json_is_string(value))
		return write_scalar(writer, json_str(value), style_of(json_str(value)));
	return write_other(writer, value);
}

static bool write_document(struct writer *writer, const json_t *value)
{
	yaml_event_t event;
	return emit(writer, &event,
		    yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING)) &&
	       emit(writer, &event,
		    yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1)) &&
	       write_value(writer, value) &&
	       emit(writer, &event, yaml_document_end_event_initialize(&event, 1)) &&
	       emit(writer, &event, yaml_stream_end_event_initialize(&event)) &&
	       yaml_emitter_flush(&writer->emitter);
}

int yaml_write(const json_t *value, struct buf *out, struct cavra_error *error)
{
	struct writer writer = {.out = out};
	if (!yaml_emitter_initialize(&writer.emitter))
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	yaml_emitter_set_output(&writer.emitter, keep_bytes, &writer);
	yaml_emitter_set_unicode(&writer.emitter, 1);
	yaml_emitter_set_width(&writer.emitter, -1);
	bool written = write_document(&writer, value);
	yaml_emitter_delete(&writer.emitter);
	if (written)
		return 0;
	return out->failed ? error_set(error, CAVRA_ERR_LIMIT,
				       "the text would be larger than %zu "
				       "bytes",
				       out->max)
			   : error_set(error, CAVRA_ERR_MEMORY, "out of memory");
}
