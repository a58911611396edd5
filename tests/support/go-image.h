/* go-image.h: a small program of Go, made up
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

/* Where its functions are, by what main.go and other.go say:
 *
 *   GO_MAIN    main.main           main.go:10; a frame of 24 bytes
 *   GO_MIDDLE  main.middle         main.go:20; a frame of 40 bytes, 32 while it is entered; the
 *                                  bytes from GO_INLINED on are other.go:5, called in line 22
 *   GO_LEAF    main.leaf           main.go:30; no frame
 *   GO_SWITCH  runtime.systemstack asm.s:7; no frame, or one of 8 bytes in Go 1.26
 *   GO_TOP     runtime.goexit      asm.s:9; no frame, nothing called it
 *   GO_RETURN  runtime.sigreturn   asm.s:9; no frame, the kernel's way back from a signal
 *   GO_GROW    runtime.morestack   asm.s:9; no frame
 *   GO_LEAVE   runtime.schedule    asm.s:9; no frame
 *
 * The bytes of GO_MIDDLE before GO_CALLED are a call of GO_SWITCH.
 */
#define GO_BASE 0x400000
#define GO_MAIN (GO_BASE + 0x2000)
#define GO_MIDDLE (GO_BASE + 0x2040)
#define GO_INLINED (GO_MIDDLE + 0x20)
#define GO_LEAF (GO_BASE + 0x2100)
#define GO_SWITCH (GO_BASE + 0x2140)
#define GO_TOP (GO_BASE + 0x2180)
#define GO_RETURN (GO_BASE + 0x21a0)
#define GO_GROW (GO_BASE + 0x21c0)
#define GO_LEAVE (GO_BASE + 0x21e0)
#define GO_END (GO_BASE + 0x2200)
#define GO_CALLED (GO_MIDDLE + 0x15)

/* Where its table and the data of its module lie. */
#define GO_TABLE (GO_BASE + 0xe00)
#define GO_TABLE_END (GO_BASE + 0x1a00)
#define GO_MODULE (GO_BASE + 0x3000)
#define GO_IMAGE_BYTES 0x5000

/* By the magic number of its table, and the Go that writes it. */
typedef enum
{
  GO_1_2,
  GO_1_16,
  GO_1_18,
  GO_1_20,
  GO_1_26,
} GoVersion;

typedef enum
{
  GO_IMAGE_NO_SECTIONS = 1, /* without section headers */
  GO_IMAGE_RELOCATED = 2,   /* position-independent, with addresses in relocations alone */
  GO_IMAGE_NO_MODULE = 4,   /* without the data of the module */
  GO_IMAGE_MERGED = 8,      /* the table is a part of another section */
} GoImageFlags;

/* The file, of GO_IMAGE_BYTES (transfer full). */
guint8 *go_image_new (GoVersion    version,
                      GoImageFlags flags);
