// Law: what somebody gave Object.prototype is not ours. Records that lack some of their properties inherit nothing, and
// of what users give, only what is its own is read.

/** The same record, inheriting nothing; as fast as before, which one made without a prototype is not. */
export const bare = <T extends object>(record: T): T => Object.setPrototypeOf(record, null);

/** What was given, without what it inherits. */
export const own = <T extends object>(given: T): T => Object.assign(Object.create(null), given);
