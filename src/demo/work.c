/* work.c: what the threads of the demo workload do
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Small pieces of the work that games and players do, each in a function of its own that the
 * compiler must keep. Nothing is shared, so that any thread may call any of them, and nothing
 * of the C library is called, whose inner functions have no names without its debug file.
 */

#include "work.h"

#include <math.h>

#define PIXEL_COUNT 1024
#define VERTEX_COUNT 512
#define SPRITE_COUNT 192
#define BODY_COUNT 64
#define VOICE_COUNT 768
#define PACKET_BYTES 4096

static unsigned
next_random (unsigned *state)
{
  *state ^= *state << 13;
  *state ^= *state >> 17;
  *state ^= *state << 5;

  return *state;
}

KEPT unsigned
shade_pixels (unsigned seed)
{
  unsigned sum = seed;

  for (unsigned i = 0; i < PIXEL_COUNT; i++)
    {
      float light = (float) (next_random (&seed) & 255) / 255.0f;
      float shaded = sqrtf (light * 0.7f + 0.2f) * (1.0f - light * light * 0.3f);

      sum = sum * 31 + (unsigned) (shaded * 255.0f);
    }

  return sum;
}

KEPT unsigned
project_vertices (unsigned seed)
{
  float matrix[16];
  float sum = 0.0f;

  for (unsigned i = 0; i < 16; i++)
    matrix[i] = (float) (next_random (&seed) & 1023) / 512.0f;

  for (unsigned i = 0; i < VERTEX_COUNT; i++)
    {
      float x = (float) i, y = sum * 0.001f, z = (float) (i & 7);
      float w = matrix[12] * x + matrix[13] * y + matrix[14] * z + matrix[15] + 1.0f;

      for (unsigned row = 0; row < 3; row++)
        sum += (matrix[row * 4] * x + matrix[row * 4 + 1] * y + matrix[row * 4 + 2] * z) / w;
    }

  return sum > 0.0f;
}

/* Quicksort, the recursion of the demo: counted once a sample, however deep it is. */
static KEPT void
sort_range (unsigned *keys,
            int       low,
            int       high)
{
  unsigned pivot;
  int left = low;
  int right = high;

  if (low >= high)
    return;

  pivot = keys[(low + high) / 2];
  while (left <= right)
    {
      while (keys[left] < pivot)
        left++;
      while (keys[right] > pivot)
        right--;
      if (left <= right)
        {
          unsigned kept = keys[left];

          keys[left++] = keys[right];
          keys[right--] = kept;
        }
    }

  sort_range (keys, low, right);
  sort_range (keys, left, high);
}

KEPT unsigned
sort_sprites (unsigned seed)
{
  unsigned keys[SPRITE_COUNT];

  for (unsigned i = 0; i < SPRITE_COUNT; i++)
    keys[i] = next_random (&seed);
  sort_range (keys, 0, SPRITE_COUNT - 1);

  return keys[SPRITE_COUNT / 2];
}

KEPT unsigned
solve_contacts (unsigned seed)
{
  float position[BODY_COUNT];
  unsigned contacts = 0;

  for (unsigned i = 0; i < BODY_COUNT; i++)
    position[i] = (float) (next_random (&seed) & 4095);

  for (unsigned i = 0; i < BODY_COUNT; i++)
    for (unsigned j = i + 1; j < BODY_COUNT; j++)
      {
        float distance = fabsf (position[i] - position[j]);

        if (distance < 64.0f)
          {
            position[i] += distance / 16.0f;
            contacts++;
          }
      }

  return contacts;
}

KEPT unsigned
integrate_bodies (unsigned seed)
{
  double place = seed & 255;
  double speed = 1.0;

  for (unsigned i = 0; i < 16 * BODY_COUNT; i++)
    {
      speed -= place * 0.001;
      place += speed * 0.016;
    }

  return (unsigned) fabs (place);
}

KEPT unsigned
apply_reverb (unsigned seed)
{
  float line[256] = { 0 };
  float sum = 0.0f;

  for (unsigned i = 0; i < 4 * 256; i++)
    {
      float in = (float) (next_random (&seed) & 65535) / 65536.0f;

      line[i & 255] = in + line[(i + 113) & 255] * 0.6f;
      sum += line[i & 255];
    }

  return (unsigned) sum;
}

KEPT unsigned
resample_voices (unsigned seed)
{
  float sum = 0.0f;

  for (unsigned i = 0; i < 4 * VOICE_COUNT; i++)
    {
      float phase = (float) ((i * 37 + seed) & 1023) / 512.0f - 1.0f;

      /* A sine near enough for the ear. */
      sum += 4.0f * phase * (1.0f - fabsf (phase));
    }

  return (unsigned) fabsf (sum);
}

KEPT unsigned
verify_checksum (unsigned seed)
{
  unsigned low = 1;
  unsigned high = 0;

  for (unsigned i = 0; i < PACKET_BYTES; i++)
    {
      low = (low + (next_random (&seed) & 255)) % 65521;
      high = (high + low) % 65521;
    }

  return high << 16 | low;
}

KEPT unsigned
parse_packet (unsigned seed)
{
  char text[PACKET_BYTES];
  unsigned fields = 0;

  for (unsigned i = 0; i < sizeof text - 1; i++)
    text[i] = "field=value;"[(i + seed) % 12];
  text[sizeof text - 1] = '\0';

  for (unsigned i = 0; i < sizeof text - 1; i++)
    if (text[i] == ';' || (text[i] == '=' && text[i + 1] == ';'))
      fields++;

  return fields;
}
