// Above the ids that adduser gives out in practice and below 65536, which is all that a container may have.
const firstUser = 59_800;

/** Host user ids for code, when the server is root. */
export interface UserIds {
  take(directory: string): number;
  give(directory: string): void;
}

/** A user id per working directory, as a kernel and a run of one conversation work on the same files. */
export function userIds(): UserIds {
  const taken = new Map<string, { uid: number; times: number }>();
  return {
    take(directory) {
      const own = taken.get(directory);
      if (own !== undefined) {
        own.times += 1;
        return own.uid;
      }
      const inUse = new Set([...taken.values()].map(({ uid }) => uid));
      let uid = firstUser;
      while (inUse.has(uid)) uid += 1;
      taken.set(directory, { uid, times: 1 });
      return uid;
    },
    give(directory) {
      const own = taken.get(directory);
      if (own === undefined) return;
      own.times -= 1;
      if (own.times === 0) taken.delete(directory);
    },
  };
}
