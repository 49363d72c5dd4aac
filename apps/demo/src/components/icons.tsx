const paths = {
  link: 'M9 7H7a5 5 0 0 0 0 10h2m6-10h2a5 5 0 0 1 0 10h-2M8 12h8',
  save: 'M12 4v10m-4-4 4 4 4-4M5 19h14',
  open: 'M4 17V7a2 2 0 0 1 2-2h4l2 2h6a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2Z',
  camera: 'M4 8h4l2-3h4l2 3h4v11H4Zm8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm0-13v2m0 14v2M3 12h2m14 0h2M5.6 5.6 7 7m10 10 1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4',
  moon: 'M20 14a8 8 0 1 1-9-10 6 6 0 0 0 9 10Z',
  system: 'M4 5h16v11H4Zm5 15h6m-3-4v4',
  dice: 'M5 5h14v14H5Zm4 4h.01M15 9h.01M12 12h.01M9 15h.01M15 15h.01',
  play: 'M8 5v14l11-7Z',
  pause: 'M8 5v14M16 5v14',
  reset: 'M5 12a7 7 0 1 0 2-5M5 4v4h4',
  swap: 'M7 4v14m-3-3 3 3 3-3m7 5V6m-3 3 3-3 3 3',
} as const;

/** A drawing of the page; words stand beside it or in the label of its button. */
export function Icon({ name }: { readonly name: keyof typeof paths }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
