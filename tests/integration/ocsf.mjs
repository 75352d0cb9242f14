// SPDX-License-Identifier: Apache-2.0
//
// Validates events against the sources of the OCSF schema: what classes and objects inherit, include from profiles and take
// from the dictionary is put together here, as the schema server does.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const read = (file) => JSON.parse(readFileSync(file, 'utf8'));

export class Schema {
  constructor(directory) {
    const all = (folder) => readdirSync(join(directory, folder), { recursive: true }).filter((name) => name.endsWith('.json'))
      .map((name) => [name, read(join(directory, folder, name))]);
    this.version = read(join(directory, 'version.json')).version;
    this.categories = read(join(directory, 'categories.json')).attributes;
    this.dictionary = read(join(directory, 'dictionary.json'));
    this.profiles = Object.fromEntries(all('profiles').map(([name, text]) => [`profiles/${name}`, text]));
    this.objects = Object.fromEntries(all('objects').map(([, text]) => [text.name, text]));
    this.classes = Object.fromEntries(all('events').map(([, text]) => [text.name, text]));
    this.resolved = new Map();
    // What may be observed is said where it is defined: of types, of attributes, of objects.
    const { types, attributes } = this.dictionary;
    for (const one of [...Object.values(types.attributes), ...Object.values(attributes), ...Object.values(this.objects)])
      if (one.observable) this.objects.observable.attributes.type_id.enum[one.observable] = { caption: one.caption };
  }

  // What the schema says of the attribute that "a.b[0].c" of an event names: its value there, and the number as an observable.
  observe(event, name) {
    const parts = name.replaceAll(/\[(\d+)\]/g, '.$1').split('.');
    let value = event, definition = this.classOf(event.class_uid);
    for (const part of parts) {
      value = value?.[part];
      if (/^\d+$/.test(part)) continue;
      const attribute = { ...this.dictionary.attributes[part], ...definition.attributes[part] };
      const type = this.dictionary.types.attributes[attribute.type];
      definition = type ? { ...type, ...(attribute.observable ? attribute : {}) } : this.resolve(this.objects, attribute.type);
    }
    return { value, number: definition.observable };
  }

  // {attributes, constraints, category, uid} with everything that is inherited.
  resolve(table, name) {
    const key = `${table === this.classes} ${name}`;
    if (this.resolved.has(key)) return this.resolved.get(key);
    const own = table[name] ?? (() => { throw new Error(`the schema has no ${name}`); })();
    const parent = own.extends ? this.resolve(table, own.extends) : { attributes: {}, constraints: {} };
    const attributes = { ...parent.attributes };
    const add = (attribute, more) => {
      attributes[attribute] = { ...(attributes[attribute] ?? {}), ...more, enum: more.enum ? { ...(attributes[attribute]?.enum ?? {}), ...more.enum } : attributes[attribute]?.enum };
    };
    for (const file of own.attributes.$include ?? []) {
      const profile = this.profiles[file];
      for (const [attribute, more] of Object.entries(profile.attributes))
        if (attribute !== '$include') add(attribute, { ...more, profile: profile.name });
    }
    for (const [attribute, more] of Object.entries(own.attributes)) if (attribute !== '$include') add(attribute, more);
    const whole = { attributes, constraints: own.constraints ?? parent.constraints ?? {}, category: own.category ?? parent.category, uid: own.uid ?? 0, name };
    this.resolved.set(key, whole);
    return whole;
  }

  classOf(uid) {
    for (const name of Object.keys(this.classes)) {
      const one = this.resolve(this.classes, name);
      const category = this.categories[one.category]?.uid ?? 0;
      if (one.uid && category * 1000 + one.uid === uid) return { ...one, category_uid: category };
    }
    return null;
  }

  // The basic type of a type, and what it inherits on the way.
  typeOf(name) {
    const own = this.dictionary.types.attributes[name];
    return own.type ? { ...this.typeOf(own.type), ...own } : { base: name, ...own };
  }

  checkPlain(value, name, path, errors) {
    const type = this.typeOf(name);
    const fits = {
      boolean_t: (v) => typeof v === 'boolean', string_t: (v) => typeof v === 'string', float_t: (v) => typeof v === 'number',
      integer_t: (v) => Number.isInteger(v), long_t: (v) => Number.isInteger(v), json_t: () => true,
    }[type.base];
    if (!fits) errors.push(`${path}: the type ${name} is not understood`);
    else if (!fits(value)) errors.push(`${path}: ${JSON.stringify(value)} is no ${name}`);
    else if (type.regex && !new RegExp(type.regex).test(value)) errors.push(`${path}: ${value} is no ${name}`);
    else if (type.max_len && value.length > type.max_len) errors.push(`${path}: too long`);
    else if (type.range && (value < type.range[0] || value > type.range[1])) errors.push(`${path}: out of range`);
  }

  checkValue(value, attribute, definition, path, profiles, errors) {
    const whole = { ...this.dictionary.attributes[attribute], ...definition };
    const list = this.dictionary.attributes[attribute].is_array ?? false;
    if (Array.isArray(value) !== list) {
      errors.push(`${path}: ${list ? 'must be a list' : 'must not be a list'}`);
      return;
    }
    const values = { ...(this.dictionary.attributes[attribute].enum ?? {}), ...(definition.enum ?? {}) };
    for (const one of list ? value : [value]) {
      if (!this.dictionary.types.attributes[whole.type]) {
        if (typeof one !== 'object' || one === null) errors.push(`${path}: must be an object`);
        else if (whole.type !== 'object') this.checkObject(one, this.resolve(this.objects, whole.type), path, profiles, errors);
      } else {
        this.checkPlain(one, whole.type, path, errors);
      }
      if (Object.keys(values).length && !Object.hasOwn(values, String(one))) errors.push(`${path}: ${one} is none of its values`);
    }
    return { values, sibling: whole.sibling };
  }

  checkObject(value, definition, path, profiles, errors) {
    const { attributes, constraints } = definition;
    for (const [name, one] of Object.entries(value)) {
      const known = attributes[name];
      if (!known) { errors.push(`${path}.${name}: ${definition.name} has no such attribute`); continue; }
      if (known.profile && !profiles.includes(known.profile)) errors.push(`${path}.${name}: needs the profile ${known.profile}`);
      if (!this.dictionary.attributes[name]) { errors.push(`${path}.${name}: not in the dictionary`); continue; }
      const { values, sibling } = this.checkValue(one, name, known, `${path}.${name}`, profiles, errors) ?? {};
      if (sibling && values?.[one] && value[sibling] !== undefined && one !== 99 && value[sibling] !== values[one].caption)
        errors.push(`${path}.${sibling}: ${value[sibling]}, but ${name} says ${values[one].caption}`);
    }
    for (const [name, one] of Object.entries(attributes))
      if (one.requirement === 'required' && (!one.profile || profiles.includes(one.profile)) && !Object.hasOwn(value, name))
        errors.push(`${path}.${name}: is required`);
    for (const [kind, names] of Object.entries(constraints)) {
      const n = names.filter((name) => Object.hasOwn(value, name)).length;
      if (kind === 'at_least_one' ? n < 1 : n !== 1) errors.push(`${path}: ${kind} of ${names}`);
    }
  }

  // What is wrong with an event; empty when nothing is.
  validate(event) {
    const errors = [];
    const found = this.classOf(event.class_uid);
    if (!found) return [`class_uid: ${event.class_uid} is no class`];
    this.checkObject(event, { ...found, attributes: { ...found.attributes,
      class_uid: { ...found.attributes.class_uid, enum: { [event.class_uid]: { caption: this.classes[found.name].caption } } },
      category_uid: { ...found.attributes.category_uid, enum: { [found.category_uid]: { caption: this.categories[found.category].caption } } },
    } }, found.name, event.metadata?.profiles ?? [], errors);
    if (event.category_uid !== found.category_uid) errors.push('category_uid: not of this class');
    if (event.type_uid !== event.class_uid * 100 + event.activity_id) errors.push('type_uid: not class_uid * 100 + activity_id');
    if (event.metadata?.version !== this.version) errors.push(`metadata.version: not ${this.version}`);
    return errors;
  }
}
