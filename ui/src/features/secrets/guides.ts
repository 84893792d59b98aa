/** A field of a guided entry: the secret that it sets, and what to say beside it. */
type GuideField = { name: string; label: string; isShown?: boolean };

/** What belongs together, under the names that programs look for by themselves. */
export type Guide = { label: string; note: string; fields: readonly GuideField[] };

export const guides: readonly Guide[] = [
  {
    label: "Registry",
    note: "User and password, or a token, for a registry of images.",
    fields: [
      { name: "REGISTRY_USER", label: "User", isShown: true },
      { name: "REGISTRY_PASSWORD", label: "Password or token" },
    ],
  },
  {
    label: "S3 storage",
    note: "The names that S3 clients read: a program in the container needs nothing else.",
    fields: [
      { name: "AWS_ACCESS_KEY_ID", label: "Access key", isShown: true },
      { name: "AWS_SECRET_ACCESS_KEY", label: "Secret key" },
    ],
  },
];
